import type { NormalizedSchema } from '@smithy/core/schema';

/** Values in JSON: blobs are base64, times are seconds since the epoch. (Smithy: AWS JSON protocols.) */

type Fields = Readonly<Record<string, unknown>>;

const nameOf = (name: string, member: NormalizedSchema): string =>
  (member.getMergedTraits().jsonName as string | undefined) ?? name;

export function fromJson(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isBlobSchema()) return Buffer.from(String(value), 'base64');
  if (schema.isTimestampSchema()) return new Date(typeof value === 'number' ? value * 1000 : String(value));
  if (schema.isListSchema())
    return (value as readonly unknown[]).map((item) => fromJson(schema.getValueSchema(), item));
  if (schema.isMapSchema())
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, fromJson(schema.getValueSchema(), item)]),
    );
  if (schema.isStructSchema()) return membersFromJson([...schema.structIterator()], value as Fields);
  return value;
}

export const membersFromJson = (
  members: readonly (readonly [string, NormalizedSchema])[],
  body: Fields,
): Record<string, unknown> =>
  Object.fromEntries(
    members.flatMap(([name, member]) => {
      const value = fromJson(member, body[nameOf(name, member)]);
      return value === undefined ? [] : [[name, value]];
    }),
  );

export function toJson(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString('base64');
  if (value instanceof Date) return value.getTime() / 1000;
  if (schema.isListSchema())
    return (value as readonly unknown[]).map((item) => toJson(schema.getValueSchema(), item));
  if (schema.isMapSchema())
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, toJson(schema.getValueSchema(), item)]),
    );
  if (schema.isStructSchema()) return membersToJson([...schema.structIterator()], value as Fields);
  return value;
}

export const membersToJson = (
  members: readonly (readonly [string, NormalizedSchema])[],
  value: Fields,
): Record<string, unknown> =>
  Object.fromEntries(members.map(([name, member]) => [nameOf(name, member), toJson(member, value[name])]));
