import type { Account } from './account.ts';

/**
 * What every AWS object has in common, as seen by the operator: how it is wanted (a node of a graph, which is
 * data) and how it is handled (a kind: find, compare, create, update, remove).
 */

export type Tags = Readonly<Record<string, string>>;

/** Tags that the operator writes and reads. */
export const TAGS = {
  cluster: 'nami.dev/cluster',
  namespace: 'nami.dev/namespace',
  name: 'nami.dev/name',
  /** "region": one of the objects that all pipelines of a region share. */
  shared: 'nami.dev/shared',
  /** Which object of its owner this is, for kinds that are found by tags. */
  object: 'nami.dev/object',
  /** UID of the namespace: a namespace made again under its name does not inherit. */
  namespaceUid: 'nami.dev/namespace-uid',
  /** "Retain" keeps the object when its pipeline goes. */
  reclaimPolicy: 'nami.dev/reclaim-policy',
  /** REST API that carries the route to this function. */
  gateway: 'nami.dev/gateway',
  /** Left in AWS on purpose when its pipeline went. */
  retained: 'nami.dev/retained',
  /** Set in AWS by a human: <cluster>/<namespace>/<name> of the pipeline that may take this object. */
  adoptableBy: 'nami.dev/adoptable-by',
} as const;

/** Whose objects: a pipeline, or a region's shared objects. */
export interface Owner {
  /** UID of the Kubernetes resource: another one under the same name is another attempt to AWS. */
  readonly uid: string;
  /** Starts the name of everything that has a name, and no one else's. */
  readonly prefix: string;
  /** IAM path, which ListRoles can filter by; ends with a slash. */
  readonly path: string;
  /** Tags that tell this owner's objects from all others. */
  readonly identity: Tags;
  /** Further tags on everything: the identity of the namespace. */
  readonly tags: Tags;
  /** Lets objects of an earlier namespace of the same name be taken over. */
  readonly takeOver: boolean;
}

/** Stands in `desired` for a value that is known only once another node, or something given, was observed. */
export interface Ref {
  readonly $ref: string;
  readonly field: string;
}

/** Text made of parts, some of them references. */
export interface Join {
  readonly $join: readonly (string | Ref)[];
}

/** `T` in which any value may be a reference. */
export type Unresolved<T> =
  | Ref
  | (T extends string
      ? T | Join
      : T extends readonly (infer Item)[]
        ? readonly Unresolved<Item>[]
        : T extends object
          ? { readonly [Key in keyof T]: Unresolved<T[Key]> }
          : T);

/** What AWS holds. `details` are the kind's own, for compare and update. */
export interface Actual<Details = unknown> {
  /** Name, id or ARN in AWS. */
  readonly id: string;
  /** `undefined` for what can't carry tags: it belongs to the object that it is part of. */
  readonly tags: Tags | undefined;
  readonly state: State;
  /** Values that other nodes may refer to. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly details: Details;
}

export type State =
  | { readonly is: 'ready' }
  /** On its way: look again in `seconds`. */
  | { readonly is: 'pending'; readonly why: string; readonly seconds: number }
  /** On its way out, or gone but still listed: counts as there for a removal and as absent for a creation. */
  | { readonly is: 'leaving'; readonly why: string; readonly seconds: number };

export const READY: State = { is: 'ready' };
export const pending = (why: string, seconds: number): State => ({ is: 'pending', why, seconds });
export const leaving = (why: string, seconds: number): State => ({ is: 'leaving', why, seconds });

/**
 * One kind of AWS object.
 *
 * Every call is idempotent and none waits: what takes time is `pending` until a later look. `create` does not fail
 * because the object is there already, `remove` does not fail because it is gone.
 */
export interface Kind<Desired, Details> {
  /** Objects of a lower order are gone before those of a higher one are removed. */
  readonly removal: number;
  /** The object that `desired` names, if AWS has it. */
  find(account: Account, desired: Desired, owner: Owner): Promise<Actual<Details> | undefined>;
  /** Everything of this kind that the owner has. Empty for kinds that vanish with the object they are part of. */
  owned(account: Account, owner: Owner): Promise<Actual<Details>[]>;
  /** Names of the fields in which AWS differs from what is wanted. */
  compare(actual: Actual<Details>, desired: Desired): string[];
  create(account: Account, desired: Desired, tags: Tags, owner: Owner): Promise<void>;
  /** Brings AWS nearer to `desired`; one call may be enough for now, the next look does the rest. */
  update(account: Account, desired: Desired, actual: Actual<Details>, owner: Owner): Promise<void>;
  remove(account: Account, actual: Actual<Details>, owner: Owner): Promise<void>;
  /** Adds tags. Only for kinds whose objects carry tags. */
  tag?(account: Account, actual: Actual<Details>, tags: Tags): Promise<void>;
}

/** Lets TypeScript infer the types of a kind from its definition. */
export function defineKind<Desired, Details>(kind: Kind<Desired, Details>): Kind<Desired, Details> {
  return kind;
}

/** The names of the fields of `wanted` whose value in `actual` is another; lists are compared without order. */
export function differing<Wanted extends object>(
  actual: { readonly [Field in keyof Wanted]: unknown },
  wanted: Wanted,
): string[] {
  return (Object.keys(wanted) as (keyof Wanted & string)[]).filter(
    (field) => canonical(actual[field]) !== canonical(wanted[field]),
  );
}

/** JSON with sorted keys and sorted lists, without absent fields: equal texts mean equal values. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
    return `{${fields.join()}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
