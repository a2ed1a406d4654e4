import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ANNOTATIONS, CONDITION_TYPES, webhookPipelineSpec } from '../../../src/api/v1alpha1.ts';
import { SOURCE_TYPES } from '../../../src/senders/index.ts';
import { FULL_SPEC, type SpecInput, specs, storedSpec } from './specs.ts';
import { WRONG_SIGNATURES } from './wrong-signatures.ts';

interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  required?: string[];
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  minimum?: number;
  maximum?: number;
  format?: string;
  pattern?: string;
  'x-kubernetes-validations'?: { rule: string; message?: string }[];
}

const crd = parse(readFileSync('crds/nami.dev_webhookpipelines.yaml', 'utf8'));
const root: Schema = crd.spec.versions[0].schema.openAPIV3Schema;
const spec = root.properties?.spec as Schema;

/** Every schema at or below one, by its path; `property` for those that have a name of their own. */
function* walk(schema: Schema, path: string, property = true): Generator<[string, Schema, boolean]> {
  yield [path, schema, property];
  for (const [name, below] of Object.entries(schema.properties ?? {})) yield* walk(below, `${path}.${name}`);
  if (schema.items) yield* walk(schema.items, `${path}[]`, false);
  if (schema.additionalProperties) yield* walk(schema.additionalProperties, `${path}{}`, false);
}

const fields = [...walk(spec, 'spec'), ...walk(root.properties?.status as Schema, 'status')];
const pathsOf = (chosen: (schema: Schema, property: boolean) => boolean) =>
  fields.filter(([, schema, property]) => chosen(schema, property)).map(([path]) => path);

/** What the API server makes of an object: absent fields get their default, then those within. */
function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withDefaults(schema.items ?? {}, item));
  if (typeof value !== 'object' || value === null || !schema.properties) return value;
  const whole: Record<string, unknown> = { ...value };
  for (const [name, below] of Object.entries(schema.properties)) {
    const given = whole[name] ?? structuredClone(below.default);
    if (given !== undefined) whole[name] = withDefaults(below, given);
  }
  return whole;
}

describe('the schema', () => {
  test('describes every field', () => {
    expect(fields.length).toBeGreaterThan(100);
    expect(pathsOf(({ description }, property) => property && !description?.trim())).toEqual([]);
  });

  test('bounds every string, list, map and number, which the cost budget of its rules needs', () => {
    const unbounded = pathsOf(
      ({ type, enum: values, maxLength, maxItems, maxProperties, maximum, minimum, additionalProperties }) =>
        (type === 'string' && !values && maxLength === undefined) ||
        (type === 'array' && maxItems === undefined) ||
        (additionalProperties !== undefined && maxProperties === undefined) ||
        (type === 'integer' && !values && (minimum === undefined || maximum === undefined)),
    );
    expect(unbounded).toEqual([]);
  });

  test('answers no one with a bare regular expression: each form is a rule with a message', () => {
    expect(pathsOf(({ pattern }) => pattern !== undefined)).toEqual([]);
    const rules = fields.flatMap(([, schema]) => schema['x-kubernetes-validations'] ?? []);
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.filter(({ message }) => !message || message.length > 250)).toEqual([]);
  });

  test('keeps rules on changes on a parent, where they also see that a field was removed', () => {
    const changes = fields.flatMap(([path, schema]) =>
      (schema['x-kubernetes-validations'] ?? []).flatMap(({ rule }) =>
        rule.includes('oldSelf') ? `${path}: ${rule}` : [],
      ),
    );
    expect(changes).toHaveLength(3);
    expect(changes.filter((rule) => / oldSelf\b(?!\.)/.test(rule))).toEqual([]);
  });

  test('knows the senders that the functions know', () => {
    expect(spec.properties?.source?.properties?.type?.enum).toEqual([...SOURCE_TYPES]);
  });

  test('explains every condition that the operator writes', () => {
    const { description } = root.properties?.status?.properties?.conditions ?? {};
    expect(CONDITION_TYPES.filter((type) => !description?.includes(type))).toEqual([]);
  });

  test('has an example with every field, none at its default', () => {
    const said = (schema: Schema, value: unknown, path: string): string[] =>
      Object.entries(schema.properties ?? {}).flatMap(([name, below]) => {
        const inner = (value as Record<string, unknown> | undefined)?.[name];
        if (inner === undefined || inner === below.default) return [`${path}.${name}`];
        return said(below, inner, `${path}.${name}`);
      });
    // What belongs to another type of sender, and what excludes what is said.
    expect(said(spec, FULL_SPEC, 'spec')).toEqual([
      'spec.endpoint.handshake.challenge.header',
      'spec.endpoint.handshake.challenge.query',
      'spec.endpoint.handshake.when.query',
      'spec.endpoint.handshake.when.jsonPath',
      'spec.endpoint.handshake.answer.header',
      'spec.source.hmac.headers',
      'spec.source.hmac.parts',
      'spec.source.hmac.timestamp',
      'spec.source.publicKey',
      'spec.source.jwt',
      'spec.source.sns',
      'spec.source.apiKey',
      'spec.source.publicUrl',
      'spec.source.eventId.each',
      'spec.source.eventId.jsonPath',
      'spec.source.eventId.bodySha256',
      'spec.source.only.types',
      'spec.preQueue.code.s3',
      'spec.postQueue.code.configMapRef',
      'spec.store.managed.volume.throughput',
      'spec.store.managed.volume.volumeId',
      'spec.store.external',
    ]);
  });
});

describe('defaults', () => {
  test('of the operator and of the API server are the same, but for a managed store that nobody named', () => {
    fc.assert(
      fc.property(specs, (given) => {
        expect(withDefaults(spec, given)).toEqual(storedSpec(given));
      }),
      { numRuns: 500 },
    );
  });

  test('are the same whether the API server filled some in before or not', () => {
    fc.assert(
      fc.property(specs, (given) => {
        expect(webhookPipelineSpec.parse(storedSpec(given))).toEqual(webhookPipelineSpec.parse(given));
      }),
    );
  });

  test('leave exactly one store, whatever is given', () => {
    fc.assert(
      fc.property(specs, (given) => {
        const { managed, external } = webhookPipelineSpec.parse(given).store;
        expect([managed !== undefined, external !== undefined]).toEqual(
          given.store?.external ? [false, true] : [true, false],
        );
      }),
    );
  });

  test.each<[string, SpecInput]>([
    ['nothing', {}],
    ['an empty store', { store: {} }],
    ['days to live alone', { store: { ttlDays: 30 } }],
    ['a database alone', { store: { database: 'webhooks' } }],
    ['a managed store of which nothing is said', { store: { managed: {} } }],
  ])('make a managed store out of %s', (_, given) => {
    expect(webhookPipelineSpec.parse(given).store.managed).toEqual({
      instanceType: 't3.micro',
      mongoImage: 'public.ecr.aws/docker/library/mongo:8.0',
      replaceImpairedAfterMinutes: 15,
      credentials: { formerValidHours: 24 },
      volume: { sizeGiB: 8, type: 'gp3', reclaimPolicy: 'Retain' },
    });
  });

  test('are complete: parsing what was filled in changes nothing', () => {
    fc.assert(
      fc.property(specs, (given) => {
        const filled = webhookPipelineSpec.parse(given);
        expect(webhookPipelineSpec.parse(filled)).toEqual(filled);
      }),
    );
  });

  test('make a whole pipeline out of nothing', () => {
    expect(webhookPipelineSpec.parse({})).toMatchObject({
      source: { type: 'None' },
      preQueue: { memoryMiB: 256, timeoutSeconds: 10, architecture: 'arm64' },
      queue: {
        retentionSeconds: 4 * 86_400,
        maxReceiveCount: 5,
        deadLetter: { retentionSeconds: 14 * 86_400 },
      },
      postQueue: { memoryMiB: 256, timeoutSeconds: 30, concurrency: 5, batchSize: 10 },
      store: {
        managed: { instanceType: 't3.micro', volume: { sizeGiB: 8, type: 'gp3', reclaimPolicy: 'Retain' } },
      },
      alarms: { enabled: true },
      deletionPolicy: 'Delete',
      suspend: false,
    });
  });

  test('name neither region nor path, which depend on operator and name', () => {
    const filled = webhookPipelineSpec.parse({});
    expect(filled.region).toBeUndefined();
    expect(filled.endpoint.path).toBeUndefined();
  });
});

test('the README says what each annotation does', () => {
  const readme = readFileSync('README.md', 'utf8');
  expect(Object.values(ANNOTATIONS).filter((name) => !readme.includes(`| \`${name}: `))).toEqual([]);
});

describe('a spec that was stored before a rule came', () => {
  test.each(WRONG_SIGNATURES)(
    'with %s is refused in the words of the API server',
    (_, source, field, message) => {
      const parsed = webhookPipelineSpec.safeParse({ source });
      const issue = parsed.error?.issues.find((each) => each.message.includes(message));
      expect(['spec', ...(issue?.path ?? [])].join('.').replace(/\.(\d+)/g, '[$1]')).toBe(field);
    },
  );

  test('is refused by the operator in the words of the rule', () => {
    const parsed = webhookPipelineSpec.safeParse({
      store: { managed: { mongoImage: 'mongo:8\nENV\nreboot' } },
    });
    expect(parsed.error?.issues[0]).toMatchObject({
      path: ['store', 'managed', 'mongoImage'],
      message: expect.stringContaining('reference of a container image'),
    });
  });
});
