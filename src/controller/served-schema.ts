import * as z from 'zod';
import { webhookPipelineSpec, webhookPipelineStatus } from '../api/v1alpha1.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { PIPELINES } from './resource-type.ts';

/** As much of a JSON schema as is compared. */
export interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly enum?: readonly unknown[];
}

/** What of the wanted schema the served one lacks: fields, and values that a field may have. Pure. */
export function lacking(served: Schema | undefined, wanted: Schema, path: string): string[] {
  if (served === undefined) return [path];
  const fields = Object.entries(wanted.properties ?? {}).flatMap(([name, schema]) =>
    lacking(served.properties?.[name], schema, `${path}.${name}`),
  );
  const values = (served.enum ? (wanted.enum ?? []) : [])
    .filter((value) => !served.enum?.includes(value))
    .map((value) => `${path}=${value}`);
  return [
    ...fields,
    ...values,
    ...(wanted.items ? lacking(served.items, wanted.items, `${path}[]`) : []),
    ...(isSchema(wanted.additionalProperties) && isSchema(served.additionalProperties)
      ? lacking(served.additionalProperties, wanted.additionalProperties, `${path}.*`)
      : []),
  ];
}

const isSchema = (value: Schema | boolean | undefined): value is Schema => typeof value === 'object';

interface OpenApi {
  readonly components?: {
    readonly schemas?: Readonly<
      Record<string, Schema & { readonly 'x-kubernetes-group-version-kind'?: readonly { kind: string }[] }>
    >;
  };
}

/**
 * What the custom resource definition lacks of what this operator knows, because it is older. It is read from the schema
 * that the API server publishes, which everybody may read who is authenticated; undefined where it publishes none.
 */
export async function outdatedFields(client: Pick<KubernetesClient, 'read'>): Promise<string[] | undefined> {
  const { group, version, kind } = PIPELINES;
  const document = await client.read<OpenApi>(`/openapi/v3/apis/${group}/${version}`);
  const served = Object.values(document.components?.schemas ?? {}).find((schema) =>
    schema['x-kubernetes-group-version-kind']?.some((each) => each.kind === kind),
  );
  if (!served?.properties) return undefined;
  const wanted = { spec: webhookPipelineSpec, status: webhookPipelineStatus };
  return Object.entries(wanted).flatMap(([name, type]) =>
    lacking(served.properties?.[name], z.toJSONSchema(type, { io: 'input' }) as Schema, name),
  );
}
