import type { Account } from '../../aws/account/account.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import type { Owner } from '../../aws/object/owner.ts';
import type { Clock } from '../../clock.ts';
import type { KnownObject } from '../input/own-code.ts';
import { lookAtQueue, lookAtStore, type QueueView, type StoreView } from '../report/health.ts';
import { nodeOf } from '../report/status-of.ts';

/** What is remembered of a pipeline between two reconciles; it may be lost without harm. */
export interface Memory {
  readonly uid: string;
  namespaceUid?: string;
  /** What was applied last and when, to leave AWS alone while nothing changes. */
  applied?: { readonly plan: string; readonly at: number; readonly outcome: Outcome };
  store?: StoreView;
  /** The host that was ready last; another one has to be asked anew. */
  host?: string;
  /** When the store was asked last. */
  storeAskedAt?: number;
  queue?: QueueView;
  queueReadAt?: number;
  /** Objects in S3 that hold own code, by where in the spec they are named. */
  readonly codeObjects: Map<string, KnownObject>;
  /** Since when the queue of a pipeline that is being deleted looks empty. */
  emptySince?: number;
}

/** Seconds between two looks at a store that isn't reached. */
export const STORE_SOON = 1;
/** Seconds between two looks at a queue that holds something. */
export const QUEUE_SOON = 10;

/** A look that was meant for the end of a pause must not come too early for it. */
const isDue = (clock: Clock, last: number | undefined, pauseSeconds: number): boolean =>
  clock.now() - (last ?? Number.NEGATIVE_INFINITY) >= pauseSeconds * 900;

export const isReachable = ({ store }: Memory): boolean => store?.is === 'reachable';

/** Asks the store how it is, unless it was asked a moment ago; one that was reached is asked every `lookSeconds`. */
export async function refreshStore(
  memory: Memory,
  account: Account,
  owner: Owner,
  lookSeconds: number,
): Promise<void> {
  const { clock } = account;
  if (!isDue(clock, memory.storeAskedAt, isReachable(memory) ? lookSeconds : STORE_SOON)) return;
  memory.storeAskedAt = clock.now();
  const view = await lookAtStore(account, owner);
  // A function that doesn't answer says nothing about the store.
  if (view.is !== 'unknown' || !isReachable(memory)) memory.store = view;
}

/** Reads the depth of the queues, unless that was done a moment ago. */
export async function refreshQueue(
  memory: Memory,
  account: Account,
  owner: Owner,
  lookSeconds: number,
): Promise<void> {
  const { clock } = account;
  if (!isDue(clock, memory.queueReadAt, Math.min(QUEUE_SOON, lookSeconds))) return;
  const view = await lookAtQueue(account, owner);
  if (!view) return;
  memory.queueReadAt = clock.now();
  memory.queue = view;
}

/** What was known of the store on a host that is gone says nothing of the next one: the queue pauses until it answers. */
export function forgetStoreOfAnotherHost(memory: Memory, outcome: Outcome): void {
  const instance = nodeOf(outcome, 'Instance', 'host');
  const host = instance?.state === 'Ready' ? instance.id : undefined;
  if (memory.host !== undefined && memory.host !== host) {
    delete memory.store;
    delete memory.storeAskedAt;
  }
  if (host === undefined) delete memory.host;
  else memory.host = host;
}
