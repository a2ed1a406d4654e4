import type { Tags } from './owner.ts';

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
  /** On its way: look again in `seconds`, or later when it has taken long. */
  | {
      readonly is: 'pending';
      readonly why: string;
      readonly seconds: number;
      /** It works meanwhile, as it did before. */
      readonly serves?: true;
    }
  /** On its way out, or gone but still listed: counts as there for a removal and as absent for a creation. */
  | { readonly is: 'leaving'; readonly why: string; readonly seconds: number };

export const READY: State = { is: 'ready' };
export const pending = (why: string, seconds: number): State & { is: 'pending' } => ({
  is: 'pending',
  why,
  seconds,
});
export const leaving = (why: string, seconds: number): State => ({ is: 'leaving', why, seconds });

/** Among several objects of ours the choice is fixed, in whichever order AWS lists them. */
export const byId = (a: Actual, b: Actual): number => (a.id < b.id ? -1 : 1);
