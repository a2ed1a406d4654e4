import type { NodeOutcome, Outcome } from '../../aws/graph/apply.ts';

/** What a look at a region leaves for the next one. */
export interface RegionSeen {
  /** How each object that is to be there came out. */
  readonly nodes: readonly NodeOutcome[];
  /** When there was no domain name beside those that are wanted. */
  readonly swept?: Outcome['swept'] | undefined;
}
