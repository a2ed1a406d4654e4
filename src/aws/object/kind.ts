import type { Reason } from '../../reason.ts';
import type { Account } from '../account/account.ts';
import type { Actual } from './actual.ts';
import type { CodeSource } from './code.ts';
import type { Owner, Tags } from './owner.ts';

/** Something to know of an object that is no fault of it. */
export interface Remark {
  /** One word. */
  readonly reason: Reason;
  readonly message: string;
}

/** Whether an object is known by its id, so that no call needs to be spent on it. */
export type IsKnown = (id: string) => boolean;

/** An object as lists of everybody's objects show it, and when they were asked for (milliseconds since the epoch). */
export interface Glance<Details> {
  readonly actual: Actual<Details>;
  readonly at: number;
}

/** For listings that spare nothing. */
export const noneKnown: IsKnown = () => false;

/**
 * One kind of AWS object.
 *
 * Every call is idempotent and none waits: what takes time is `pending` until a later look. `remove` does not fail
 * because the object is gone.
 */
export interface Kind<Desired, Details> {
  /**
   * Objects of a lower order are gone before those of a higher one are removed. "vanishes": with the object that it is
   * part of, so that it is never removed by itself.
   */
  readonly removal: number | 'vanishes';
  /** Only what all pipelines of a region share is of this kind: a pipeline has none. */
  readonly shared?: true;
  /**
   * Asked for twice there are two of it: AWS knows it neither by a name nor by a client token. Of several the one in use
   * is chosen, then the oldest where AWS tells, then the first by id; the others may go while nothing uses them.
   */
  readonly doubles?: {
    isUnused(account: Account, actual: Actual<Details>): boolean | Promise<boolean>;
  };
  /** Where its reclaim policy is "Snapshot", its removal waits until there is a copy. */
  readonly leavesCopy?: true;
  /** Whether it serves nobody after an update of such differences, until it is seen anew; by default it goes on. */
  interrupts?(differences: readonly string[]): boolean;
  /** The object that `desired` names, if AWS has it. */
  find(account: Account, desired: Desired, owner: Owner): Promise<Actual<Details> | undefined>;
  /**
   * What `find` would answer, out of lists that are read once for all pipelines; nothing where they don't show all of it.
   * They may lag: it tells that an object is as it is wanted, and never that it is not.
   */
  glance?(account: Account, desired: Desired, owner: Owner): Promise<Glance<Details> | undefined>;
  /** Likewise the ids of what `owned` would answer. */
  glanceIds?(account: Account, owner: Owner): Promise<readonly string[] | undefined>;
  /** The object with this id, whoever's it is. For kinds whose objects may be missed by `owned`. */
  byId?(account: Account, id: string, owner: Owner): Promise<Actual<Details> | undefined>;
  /**
   * For kinds whose objects carry no tags: those of what the object is a part of, nothing where that is gone. An object
   * that goes by itself is removed only where they are the owner's.
   */
  holderTags?(account: Account, actual: Actual<Details>): Promise<Tags | undefined>;
  /**
   * Everything of this kind that the owner has; what is `known` by its id need not be looked at, and may be left out.
   * Empty for kinds that vanish with another.
   */
  owned(account: Account, owner: Owner, known?: IsKnown): Promise<Actual<Details>[]>;
  /** Names of the fields in which AWS differs from what is wanted. */
  compare(actual: Actual<Details>, desired: Desired): string[];
  /**
   * Answers what it made, so that nothing that was just written is read; what creation can't set is an update. Throws
   * RequeueAfter where there is such an object already: a later look finds it. `code` is for kinds that run some.
   */
  create(
    account: Account,
    desired: Desired,
    tags: Tags,
    owner: Owner,
    code?: CodeSource,
  ): Promise<Actual<Details>>;
  /**
   * Brings AWS nearer to `desired`; one call may be enough for now, the next look does the rest. Answers what the object
   * is now where all of that was asked for and taken, so that nothing that was just written is read.
   */
  update(
    account: Account,
    desired: Desired,
    actual: Actual<Details>,
    owner: Owner,
    code?: CodeSource,
    // biome-ignore lint/suspicious/noConfusingVoidType: most kinds answer nothing.
  ): Promise<Actual<Details> | void>;
  remove(account: Account, actual: Actual<Details>, owner: Owner): Promise<void>;
  /** Removes several in one call, as `remove` does one, for kinds whose API takes them so. */
  removeAll?(account: Account, actuals: readonly Actual<Details>[], owner: Owner): Promise<void>;
  /** What is to be said of an object that is as it is wanted. */
  remark?(actual: Actual<Details>, desired: Desired): Remark | undefined;
  /** Adds tags. Only for kinds whose objects carry tags. */
  tag?(account: Account, actual: Actual<Details>, tags: Tags): Promise<void>;
  /** Takes tags off. Wherever there is `tag`. */
  untag?(account: Account, actual: Actual<Details>, keys: readonly string[]): Promise<void>;
}

/** Lets TypeScript infer the types of a kind from its definition. */
export function defineKind<Desired, Details>(kind: Kind<Desired, Details>): Kind<Desired, Details> {
  return kind;
}
