import { type Clock, rfc3339 } from '../clock.ts';
import type { KubernetesClient, Owned } from './client.ts';
import type { KubernetesResource, ResourceType } from './resource.ts';

/** One condition of a status, as `metav1.Condition`. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  /** CamelCase, for programs. */
  reason: string;
  /** For people: what is so and what to do. */
  message: string;
  /** The generation that this was said of. */
  observedGeneration: number;
  /** When `status` last became what it is. */
  lastTransitionTime: string;
}

/** A condition as a reconcile says it: when it became so is found by comparing. */
export type ConditionNow = Omit<Condition, 'lastTransitionTime'>;

/** The current conditions; each keeps the time of its previous namesake while its `status` is the same. */
export function withTransitionTimes(
  previous: readonly Condition[] | undefined,
  current: readonly ConditionNow[],
  clock: Clock,
): Condition[] {
  return current.map((condition) => {
    const before = previous?.find((candidate) => candidate.type === condition.type);
    const unchanged = before !== undefined && before.status === condition.status;
    const lastTransitionTime = unchanged ? before.lastTransitionTime : undefined;
    return { ...condition, lastTransitionTime: lastTransitionTime ?? rfc3339(clock.now()) };
  });
}

/**
 * Whether two values say the same as JSON does: the order of keys doesn't count, and a key without a value is none.
 */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isSameJson(item, b[index]));
  }
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...new Set([...left.keys(), ...right.keys()])].every((key) =>
    isSameJson(left.get(key), right.get(key)),
  );
}

/**
 * Without empty objects, at any depth, and without what has no value. A server-side apply of `{}` over fields that the
 * same manager owned becomes null, which the server refuses. (kubernetes/kubernetes#135841.)
 */
export function withoutEmptyObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutEmptyObjects(item) ?? item);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([key, field]) => [key, withoutEmptyObjects(field)] as const)
    .filter(([, field]) => field !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

export interface StatusOptions {
  client: Pick<KubernetesClient, 'apply'>;
  clock: Clock;
  /** The fixed name under which the status is owned. */
  fieldManager: string;
  /** The condition types that are ours; those of others on the same object are neither compared nor touched. */
  conditionTypes: readonly string[];
}

/** A status of which the conditions are still without their times. */
export type StatusNow = { conditions: readonly ConditionNow[] } & Record<string, unknown>;

export type StatusResult<T> =
  | { kind: 'unchanged' }
  /** `object` is what the server now has: give it to the reflector's `remember`. */
  | { kind: 'written'; object: T };

/**
 * Makes `status` the whole of what we say in the object's status, by one server-side apply, or by none when the
 * cached object says it already. What we said before and say no longer is removed. Rejects with
 * `KubernetesApiError`; 404 means that the object is gone.
 */
export async function applyStatus<
  T extends KubernetesResource & { status?: { conditions?: Condition[] | undefined } | undefined },
>(options: StatusOptions, type: ResourceType<T>, cached: T, status: StatusNow): Promise<StatusResult<T>> {
  const { client, clock, fieldManager, conditionTypes } = options;
  const before = cached.status?.conditions;
  const conditions = withTransitionTimes(before, status.conditions, clock);
  const wanted = { ...(withoutEmptyObjects(status) as object), conditions };
  const ours = before?.filter((condition) => conditionTypes.includes(condition.type)) ?? [];
  const said = { ...cached.status, conditions: byType(ours) };
  if (isSameJson(said, { ...wanted, conditions: byType(wanted.conditions) })) return { kind: 'unchanged' };

  const { name, namespace } = cached.metadata;
  const metadata: Owned['metadata'] = namespace === undefined ? { name } : { namespace, name };
  // No precondition: the server ignores a uid here, and a resourceVersion would fail on every write of others.
  const applied = { metadata, status: wanted };
  const object = await client.apply(type, applied, { fieldManager, subresource: 'status' });
  return { kind: 'written', object };
}

/** Conditions are a map in a list's clothes: their order doesn't count. */
function byType(conditions: readonly Condition[]): Condition[] {
  return [...conditions].sort((a, b) => a.type.localeCompare(b.type));
}
