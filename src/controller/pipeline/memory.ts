import type { Login } from '../../../handlers/contract.ts';
import type { Schedule } from '../../aws/calls/scheduled-events.ts';
import type { KeptOutcome } from '../../aws/graph/kept-outcome.ts';
import type { Clock } from '../../clock.ts';
import type { KnownObject } from '../input/own-code.ts';
import type { Rested } from '../report/drift.ts';
import type { QueueView } from '../report/health.ts';
import { NOT_ASKED, type StoreBelief } from './store-belief.ts';

/** What is remembered of a pipeline between two looks; it may be lost without harm. */
export interface Memory {
  readonly uid: string;
  /** It was said that the pipeline is seen, whether or not the status could be written. */
  announced?: boolean;
  namespaceUid?: string;
  /** What was applied last and when, to leave AWS alone while nothing changes. */
  applied?: {
    readonly plan: string;
    /** The user's latest request for a look. */
    readonly requested: string | undefined;
    readonly at: number;
    readonly outcome: KeptOutcome;
  };
  /** Which objects are wanted, in short, and since when (milliseconds since the epoch; always, where it is the first). */
  wish?: { readonly objects: string; readonly since: number };
  /** Tells what somebody changed in AWS from what is newly wanted; absent before the first look. */
  rested?: Rested;
  store: StoreBelief;
  /** When the queue of a pipeline that can't be built last followed its store, and as what. */
  followed?: { readonly at: number; readonly isToBeRead: boolean | undefined };
  /** What AWS has scheduled for its host. */
  schedule?: Schedule;
  /** When the store was asked last. */
  storeAskedAt?: number;
  queue?: QueueView;
  queueReadAt?: number;
  /** Why what went to the dead-letter queue in an outage could not be moved back. */
  redriveTrouble?: string;
  /** The queue keeps what it holds as long as SQS can: since its reading was paused until it was seen empty. */
  keepsLonger: boolean;
  /** Objects in S3 that hold own code, by where in the spec they are named. */
  readonly codeObjects: Map<string, KnownObject>;
  /** What a deletion has come upon in AWS, as "Kind id". */
  readonly cameUpon: Set<string>;
  /** Since when the queues of a pipeline that is being deleted look empty. */
  emptySince?: number;
  /** A login that was made for the store, for this request, and is to take the place of that of the user `before`. */
  nextLogin?: { readonly before: string; readonly request: string | undefined; readonly login: Login };
  /** What was logged last of what is wrong, so that it is logged once. */
  trouble?: string;
}

export const newMemory = (uid: string): Memory => ({
  uid,
  store: NOT_ASKED,
  keepsLonger: true,
  codeObjects: new Map(),
  cameUpon: new Set(),
});

/** Whether `pauseSeconds` have passed since `last`; a look that was meant for the end of a pause must not come too early. */
export const isDue = (clock: Clock, last: number | undefined, pauseSeconds: number): boolean =>
  clock.now() - (last ?? Number.NEGATIVE_INFINITY) >= pauseSeconds * 900;

/** Whether the last look saw the object of a node ready. `key`: as nodeKey makes it. */
export const wasReady = ({ applied }: Memory, key: string): boolean =>
  applied?.outcome.nodes.get(key)?.state === 'Ready';
