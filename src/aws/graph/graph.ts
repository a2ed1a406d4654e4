import type { Kinds } from '../kinds/index.ts';
import type { Kind } from '../object/kind.ts';
import type { Tags } from '../object/owner.ts';
import type { Join, Ref, Unresolved } from '../object/unresolved.ts';

export type KindName = keyof Kinds & string;
export type DesiredOf<Name extends KindName> =
  Kinds[Name] extends Kind<infer Desired, infer _> ? Desired : never;

/** The parts of a pipeline that its conditions speak of. */
export type Part = 'Gateway' | 'Queue' | 'Functions' | 'Store';

/** One desired AWS object, as data. */
export type GraphNode = { [Name in KindName]: NodeOf<Name> }[KindName];

export interface NodeOf<Name extends KindName> {
  readonly kind: Name;
  /** What it is, such as "post-queue": unique among the nodes of its kind in a graph. */
  readonly id: string;
  readonly part: Part;
  readonly desired: Unresolved<DesiredOf<Name>>;
  /** What of `desired` is a wish, where it says also how that may be reached. */
  readonly wish?: Unresolved<Partial<DesiredOf<Name>>>;
  /** Tags beyond those of the owner. */
  readonly tags?: Unresolved<Tags>;
  /** Nodes that must be ready first although no value of theirs is needed, as keys. */
  readonly after?: readonly string[];
  /** What depends on it goes on with what is there, while it is changed and if that fails. */
  readonly standing?: true;
  /** A wish: the pipeline works without it, and says that it was refused. */
  readonly optional?: true;
}

export type Graph = readonly GraphNode[];

/** Key of a node in its graph. */
export const nodeKey = (kind: KindName, id: string): string => `${kind}/${id}`;

/** The value of an output of another node. */
export function ref(kind: KindName, id: string, field: string): Ref {
  return { $ref: nodeKey(kind, id), field };
}

/** A value that the region's shared objects give, such as the id of the gateway. */
export function given(name: string, field: string): Ref {
  return { $ref: `given/${name}`, field };
}

/** Text with references in it. */
export function join(...parts: (string | Ref)[]): Join {
  return { $join: parts };
}
