import type { Ref } from '../object/unresolved.ts';
import type { GraphNode } from './graph.ts';

/** What other nodes were observed to be, by key. */
export type Outputs = Readonly<Record<string, string>>;

/** Keys of the nodes and given values that this node refers to. */
export function dependenciesOf(node: GraphNode): string[] {
  const keys = new Set(node.after);
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isRef(value)) keys.add(value.$ref);
    else for (const part of Object.values(value)) visit(part);
  };
  visit(node.desired);
  visit(node.tags);
  return [...keys];
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
