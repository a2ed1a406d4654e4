import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The part of an OpenAPI schema that the API server acts on here. */
export interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const CRD = new URL('../../../crds/nami.dev_webhookpipelines.yaml', import.meta.url);

interface CustomResourceDefinition {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
}

let pipelineSchema: Schema | undefined;

/** The schema of a WebhookPipeline, as it is installed. Its CEL rules are not evaluated. */
export function schemaOfPipelines(): Schema {
  if (pipelineSchema) return pipelineSchema;
  const { spec } = parse(readFileSync(CRD, 'utf8')) as CustomResourceDefinition;
  pipelineSchema = spec.versions[0]?.schema.openAPIV3Schema ?? {};
  return pipelineSchema;
}

const childOf = (schema: Schema, key: string): Schema | undefined =>
  schema.properties?.[key] ?? schema.additionalProperties;

/** Without fields that the schema doesn't know, and with its defaults. (Kubernetes: pruning and defaulting.) */
export function shaped(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return value.map((item) => (schema.items ? shaped(item, schema.items) : item));
  if (!isFields(value) || !(schema.properties || schema.additionalProperties)) return value;
  const known = Object.entries(value).flatMap(([key, field]) => {
    const child = childOf(schema, key);
    return child && field !== undefined && field !== null ? [[key, shaped(field, child)] as const] : [];
  });
  const absent = Object.entries(schema.properties ?? {}).flatMap(([key, child]) =>
    value[key] === undefined && child.default !== undefined
      ? [[key, shaped(structuredClone(child.default), child)] as const]
      : [],
  );
  return Object.fromEntries([...known, ...absent]);
}

/** What the API server would object to, each as "path: why". */
export function objectionsTo(value: unknown, schema: Schema, path = ''): string[] {
  const type = typeOf(value);
  const isTyped = type === schema.type || (type === 'integer' && schema.type === 'number');
  if (schema.type !== undefined && !isTyped) return [`${path}: must be of type ${schema.type}: "${type}"`];
  const found: string[] = [];
  if (schema.enum && !schema.enum.includes(value)) found.push(`${path}: Unsupported value: ${value}`);
  if (typeof value === 'number') {
    if (value < (schema.minimum ?? value)) found.push(`${path}: should be at least ${schema.minimum}`);
    if (value > (schema.maximum ?? value)) found.push(`${path}: should be at most ${schema.maximum}`);
  }
  if (typeof value === 'string' && value.length > (schema.maxLength ?? value.length)) {
    found.push(`${path}: Too long: may not be more than ${schema.maxLength} bytes`);
  }
  if (Array.isArray(value)) {
    if (value.length > (schema.maxItems ?? value.length)) found.push(`${path}: Too many`);
    const { items } = schema;
    if (items) found.push(...value.flatMap((item, index) => objectionsTo(item, items, `${path}[${index}]`)));
  }
  if (isFields(value)) {
    for (const key of schema.required ?? [])
      if (!(key in value)) found.push(`${path}.${key}: Required value`);
    for (const [key, field] of Object.entries(value)) {
      const child = childOf(schema, key);
      if (child) found.push(...objectionsTo(field, child, `${path}.${key}`));
    }
  }
  return found;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
