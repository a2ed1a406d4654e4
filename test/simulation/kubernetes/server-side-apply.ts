import { type Fields, isFields, type Schema } from './schema.ts';

/** An apply that the server refuses as invalid. */
export class InvalidApply extends Error {
  override readonly name = 'InvalidApply';
}

/**
 * Server-side apply for one manager: `live` with what is `given`, and without what the manager gave `before` and gives
 * no longer. A map that is emptied goes with its last field. (Kubernetes: "Server-Side Apply", merge strategy.)
 */
export function applied(
  live: unknown,
  before: unknown,
  given: unknown,
  schema: Schema | undefined,
  path = '',
): unknown {
  if (isFields(given)) {
    refuseEmptied(before, given, path);
    const base = isFields(live) ? live : {};
    const owned = isFields(before) ? before : {};
    const fields: Fields = {};
    for (const [key, field] of Object.entries(base)) {
      const left = key in given ? field : without(field, owned[key], childOf(schema, key));
      if (left !== undefined) fields[key] = left;
    }
    for (const [key, field] of Object.entries(given))
      fields[key] = applied(base[key], owned[key], field, childOf(schema, key), `${path}.${key}`);
    return fields;
  }
  if (!Array.isArray(given) || !isMapList(schema)) return given;
  const items = itemsOf(live, schema);
  const owned = itemsOf(before, schema);
  const now = itemsOf(given, schema);
  const kept = [...items].flatMap(([key, item]) => {
    const left = now.has(key) ? item : without(item, owned.get(key), schema?.items);
    return left === undefined ? [] : [[key, left] as const];
  });
  const merged = new Map<string, unknown>(kept);
  for (const [key, item] of now)
    merged.set(key, applied(items.get(key), owned.get(key), item, schema?.items, `${path}[${key}]`));
  return [...merged.values()];
}

/**
 * An empty object over a map whose fields were owned becomes null, which is no object. (kubernetes/kubernetes#135841.)
 */
function refuseEmptied(before: unknown, given: Fields, path: string): void {
  const isEmptied = Object.keys(given).length === 0 && isFields(before) && Object.keys(before).length > 0;
  if (isEmptied)
    throw new InvalidApply(`status${path}: Invalid value: "null": must be of type object: "null"`);
}

/** What is left of a value without the fields that were owned in it. */
function without(value: unknown, owned: unknown, schema: Schema | undefined): unknown {
  if (owned === undefined) return value;
  if (isFields(value) && isFields(owned)) {
    const left = Object.entries(value).flatMap(([key, field]) => {
      const rest = without(field, owned[key], childOf(schema, key));
      return rest === undefined ? [] : [[key, rest] as const];
    });
    return left.length > 0 ? Object.fromEntries(left) : undefined;
  }
  if (!Array.isArray(value) || !isMapList(schema)) return undefined;
  const gone = itemsOf(owned, schema);
  const left = [...itemsOf(value, schema)].flatMap(([key, item]) => {
    const rest = without(item, gone.get(key), schema?.items);
    return rest === undefined ? [] : [rest];
  });
  return left.length > 0 ? left : undefined;
}

const isMapList = (schema: Schema | undefined): boolean => schema?.['x-kubernetes-list-type'] === 'map';

const childOf = (schema: Schema | undefined, key: string): Schema | undefined =>
  schema?.properties?.[key] ?? schema?.additionalProperties;

/** The items of a map in a list's clothes, by their keys. */
function itemsOf(list: unknown, schema: Schema | undefined): Map<string, Fields> {
  const keys = schema?.['x-kubernetes-list-map-keys'] ?? [];
  const items = Array.isArray(list) ? (list as Fields[]) : [];
  return new Map(items.map((item) => [keys.map((key) => String(item[key])).join(' '), item]));
}
