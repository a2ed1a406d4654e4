import type { Account } from '../account/account.ts';
import type { Owner, Tags } from './owner.ts';

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
