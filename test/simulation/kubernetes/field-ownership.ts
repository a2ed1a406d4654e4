import { type Fields, isFields, type Schema } from './schema.ts';

/**
 * Server-side apply for one manager: what it gave before and gives no longer goes. (Kubernetes: "Server-Side Apply",
 * merge strategy and field management.)
 */

/** A path as text: its steps as JSON. The step to an item of a map in a list's clothes holds the item's keys. */
export type OwnedFields = ReadonlySet<string>;

/** An apply that the server refuses as invalid. */
export class InvalidApply extends Error {
  override readonly name = 'InvalidApply';
}

const isMapList = (schema: Schema | undefined): boolean => schema?.['x-kubernetes-list-type'] === 'map';

const keyOfItem = (item: Fields, schema: Schema): string =>
  JSON.stringify((schema['x-kubernetes-list-map-keys'] ?? []).map((key) => item[key]));

const childOf = (schema: Schema | undefined, key: string): Schema | undefined =>
  schema?.properties?.[key] ?? schema?.additionalProperties;

/** The fields that an applied value owns. */
function fieldsOf(value: unknown, schema: Schema | undefined): OwnedFields {
  const fields = new Set<string>();
  const visit = (part: unknown, at: Schema | undefined, path: readonly string[]): void => {
    if (isFields(part) && Object.keys(part).length > 0) {
      for (const [key, field] of Object.entries(part)) visit(field, childOf(at, key), [...path, key]);
    } else if (Array.isArray(part) && at && isMapList(at)) {
      for (const item of part as Fields[]) {
        const step = [...path, keyOfItem(item, at)];
        fields.add(JSON.stringify(step));
        visit(item, at.items, step);
      }
    } else fields.add(JSON.stringify(path));
  };
  visit(value, schema, []);
  return fields;
}

export interface Applied {
  readonly object: unknown;
  /** What the manager owns from now on. */
  readonly owned: OwnedFields;
}

/** `live` with what is applied, and without what the manager owned `before` and doesn't give now. */
export function applied(live: unknown, before: OwnedFields, given: Fields, schema: Schema): Applied {
  refuseEmptied(given, before);
  const owned = fieldsOf(given, schema);
  const merged = merge(live, given, schema);
  const gone = [...before].filter((field) => !owned.has(field)).map((field) => JSON.parse(field) as string[]);
  const object = gone
    .sort((a, b) => a.length - b.length)
    .reduce((value, path) => without(value, path, schema), merged);
  return { object, owned };
}

/**
 * An empty object over a map whose fields were owned becomes null, which is no object. (kubernetes/kubernetes#135841.)
 */
function refuseEmptied(given: Fields, before: OwnedFields): void {
  const visit = (part: unknown, path: readonly string[]): void => {
    if (!isFields(part)) return;
    if (Object.keys(part).length === 0 && hasFieldsBelow(before, path)) {
      throw new InvalidApply(`${path.join('.')}: Invalid value: "null": must be of type object: "null"`);
    }
    for (const [key, field] of Object.entries(part)) visit(field, [...path, key]);
  };
  visit(given, []);
}

function hasFieldsBelow(fields: OwnedFields, path: readonly string[]): boolean {
  return [...fields]
    .map((field) => JSON.parse(field) as string[])
    .some((other) => other.length > path.length && path.every((step, index) => other[index] === step));
}

function merge(live: unknown, given: unknown, schema: Schema | undefined): unknown {
  if (isFields(given)) {
    const base = isFields(live) ? live : {};
    const fields = Object.entries(given).map(
      ([key, field]) => [key, merge(base[key], field, childOf(schema, key))] as const,
    );
    return { ...base, ...Object.fromEntries(fields) };
  }
  if (Array.isArray(given) && schema && isMapList(schema)) {
    const items = new Map(
      (Array.isArray(live) ? (live as Fields[]) : []).map((item) => [keyOfItem(item, schema), item]),
    );
    for (const item of given as Fields[]) {
      const key = keyOfItem(item, schema);
      items.set(key, merge(items.get(key), item, schema.items) as Fields);
    }
    return [...items.values()];
  }
  return given;
}

/** A map that is emptied goes with its last field. */
function without(value: unknown, [step, ...rest]: readonly string[], schema: Schema | undefined): unknown {
  if (step === undefined) return undefined;
  if (Array.isArray(value) && schema) {
    return (value as Fields[]).flatMap((item) => {
      if (keyOfItem(item, schema) !== step) return [item];
      const left = without(item, rest, schema.items);
      return left === undefined ? [] : [left];
    });
  }
  if (!isFields(value) || !(step in value)) return value;
  const { [step]: field, ...others } = value;
  const left = without(field, rest, childOf(schema, step));
  if (left !== undefined) return { ...others, [step]: left };
  return Object.keys(others).length === 0 ? undefined : others;
}
