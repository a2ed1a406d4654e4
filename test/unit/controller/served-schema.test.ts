import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { DEFINITION, warnIfOutdated } from '../../../src/controller/custom-resource.ts';
import { lacking, outdatedFields } from '../../../src/controller/served-schema.ts';
import { scriptedContext } from './scripted-context.ts';

const crd = parse(readFileSync('crds/nami.dev_webhookpipelines.yaml', 'utf8'));
const current = () => structuredClone(crd.spec.versions[0].schema.openAPIV3Schema);

/** What the API server publishes of a definition. */
const published = (schema: object) => ({
  components: {
    schemas: {
      'dev.nami.v1alpha1.WebhookPipelineList': {
        'x-kubernetes-group-version-kind': [{ kind: 'WebhookPipelineList' }],
      },
      'dev.nami.v1alpha1.WebhookPipeline': {
        ...schema,
        'x-kubernetes-group-version-kind': [{ kind: 'WebhookPipeline' }],
      },
    },
  },
});

const outdated = async (schema: object) =>
  await outdatedFields({ read: async () => published(schema) as never });

test('the definition of this version lacks nothing', async () => {
  expect(await outdated(current())).toEqual([]);
});

test('one that is newer lacks nothing', async () => {
  const newer = current();
  newer.properties.spec.properties.fromTheFuture = { type: 'string' };
  expect(await outdated(newer)).toEqual([]);
});

test('one that is older is told by the fields and values that it lacks', async () => {
  const older = current();
  delete older.properties.spec.properties.preQueue.properties.provisionedConcurrency;
  delete older.properties.status.properties.objects.items.properties.state;
  older.properties.spec.properties.source.properties.type.enum =
    older.properties.spec.properties.source.properties.type.enum.filter((name: string) => name !== 'Okta');
  expect(await outdated(older)).toEqual([
    'spec.source.type=Okta',
    'spec.preQueue.provisionedConcurrency',
    'status.objects[].state',
  ]);
});

test('a schema that is not published says nothing', async () => {
  expect(await outdatedFields({ read: async () => ({}) as never })).toBeUndefined();
});

test('a field of a map’s values counts', () => {
  const wanted = { additionalProperties: { properties: { a: {}, b: {} } } };
  expect(lacking({ additionalProperties: { properties: { a: {} } } }, wanted, 'spec.m')).toEqual([
    'spec.m.*.b',
  ]);
});

test('an older definition is told in the log and by an Event, with the way up', async () => {
  const older = current();
  delete older.properties.spec.properties.suspend;
  const { context, logger, events } = scriptedContext([], {
    kubernetes: ({ path }) => {
      expect(path).toBe('/openapi/v3/apis/nami.dev/v1alpha1');
      return { json: published(older) };
    },
  });
  await warnIfOutdated({ ...context, self: DEFINITION });
  expect(events).toEqual([
    expect.stringMatching(
      /^DefinitionOutdated: .* webhookpipelines\.nami\.dev is older than this operator: it lacks spec\.suspend, .* kubectl apply --server-side -f crds\//,
    ),
  ]);
  expect(logger.lines).toMatchObject([{ level: 'warn', details: { lacks: ['spec.suspend'] } }]);
});

test('one whose age can not be seen is no reason to stop', async () => {
  const { context, logger, events } = scriptedContext([], { kubernetes: () => ({ status: 403, json: {} }) });
  await warnIfOutdated({ ...context, self: DEFINITION });
  expect(events).toEqual([]);
  expect(logger.lines).toMatchObject([
    { level: 'warn', message: expect.stringContaining('could not be checked') },
  ]);
});
