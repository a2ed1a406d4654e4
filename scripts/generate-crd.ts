import { readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { z } from 'zod';
import {
  GROUP,
  KIND,
  PLURAL,
  PRINTER_COLUMNS,
  RESOURCE_RULES,
  VERSION,
  webhookPipelineSpec,
  webhookPipelineStatus,
} from '../src/api/v1alpha1.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** JSON Schema keywords that a structural schema of Kubernetes does not take, and `pattern`, for which rules stand. */
const DROPPED = new Set(['$schema', 'additionalProperties', 'propertyNames', 'const', 'pattern']);

/** Turns what zod emits into a structural OpenAPI schema of Kubernetes. */
function structural(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(structural);
  if (!isObject(schema)) return schema;
  const out: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && isObject(value)) {
      out[key] = Object.fromEntries(
        Object.entries(value).map(([name, property]) => [name, structural(property)]),
      );
    } else if (key === 'default' || key === 'enum') {
      out[key] = value;
    } else if (key === 'additionalProperties' && isObject(value)) {
      out[key] = structural(value);
    } else if (!DROPPED.has(key)) {
      out[key] = structural(value);
    }
  }
  if (Array.isArray(out.enum) && out.enum.every(Number.isInteger)) out.type = 'integer';
  return out;
}

/**
 * Writes every default out in full: the API server checks a default against the rules as it stands, before the
 * defaults of the fields within it are filled in.
 */
function fillDefaults(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(fillDefaults);
  if (!isObject(schema)) return schema;
  const filled = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, fillDefaults(value)]));
  return isObject(filled.default) ? { ...filled, default: complete(filled.default, filled) } : filled;
}

function complete(value: Json, schema: Json): Json {
  if (!isObject(value) || !isObject(schema) || !isObject(schema.properties)) return value;
  const whole = { ...value };
  for (const [name, property] of Object.entries(schema.properties)) {
    if (!isObject(property)) continue;
    const given = whole[name] ?? property.default;
    if (given !== undefined) whole[name] = complete(given, property);
  }
  return whole;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const schemaOf = (type: z.ZodType) => fillDefaults(structural(z.toJSONSchema(type, { io: 'input' }) as Json));

const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${PLURAL}.${GROUP}` },
  spec: {
    group: GROUP,
    names: {
      kind: KIND,
      listKind: `${KIND}List`,
      plural: PLURAL,
      singular: KIND.toLowerCase(),
      shortNames: ['whp'],
      categories: ['nami'],
    },
    scope: 'Namespaced',
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: PRINTER_COLUMNS,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description:
              'A webhook receiver in AWS: an endpoint, a queue, two functions and a store for events.',
            required: ['spec'],
            properties: {
              apiVersion: { type: 'string', description: 'Version of this schema.' },
              kind: { type: 'string', description: 'The kind of this object.' },
              metadata: { type: 'object' },
              spec: schemaOf(webhookPipelineSpec),
              status: { ...(schemaOf(webhookPipelineStatus) as object), default: { observedGeneration: -1 } },
            },
            'x-kubernetes-validations': RESOURCE_RULES,
          },
        },
      },
    ],
  },
};

const file = new URL(`../crds/${GROUP}_${PLURAL}.yaml`, import.meta.url);
const text = `# Generated from src/api/${VERSION}.ts by "npm run generate". Do not edit.\n${stringify(crd, { aliasDuplicateObjects: false, lineWidth: 0 })}`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file.pathname} is stale: run "npm run generate" and commit the result`);
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
}
