import type { Ref } from '../object/unresolved.ts';
import type { GraphNode } from './graph.ts';

/** What other nodes were observed to be, by key. */
export type Outputs = Readonly<Record<string, string>>;

/** Keys of the nodes and given values that this node refers to. */
export function dependenciesOf(node: GraphNode): string[] {
  return [...new Set([...(node.after ?? []), ...refsOf(node).map(({ $ref }) => $ref)])];
}

/** The given values that this node refers to and that are not there so far, by the name that `given()` uses. */
export function missingGiven(node: GraphNode, outputs: Readonly<Record<string, Outputs>>): string[] {
  return refsOf(node)
    .filter(({ $ref, field }) => $ref.startsWith(GIVEN) && outputs[$ref]?.[field] === undefined)
    .map(({ $ref }) => $ref.slice(GIVEN.length));
}

const GIVEN = 'given/';

function refsOf({ desired, tags }: GraphNode): Ref[] {
  const refs: Ref[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isRef(value)) refs.push(value);
    else for (const part of Object.values(value)) visit(part);
  };
  visit(desired);
  visit(tags);
  return refs;
}

function isRef(value: object): value is Ref {
  return '$ref' in value;
}

/** The value with every reference in it replaced by what was observed. */
export function resolve(value: unknown, outputs: Readonly<Record<string, Outputs>>): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, outputs));
  if (typeof value !== 'object' || value === null) return value;
  if (isRef(value)) {
    const found = outputs[value.$ref]?.[value.field];
    if (found === undefined) throw new Error(`${value.$ref} has no ${value.field}`);
    return found;
  }
  if ('$join' in value) return (resolve(value.$join, outputs) as string[]).join('');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, outputs)]));
}
