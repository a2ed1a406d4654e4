import type { Outcome } from '../../aws/graph/apply.ts';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import type { Next } from '../context.ts';
import type { Finding } from '../report/conditions.ts';
import { QUEUE_SOON } from './look-at-queues.ts';
import { hasNoWriter } from './look-at-store.ts';
import type { Memory } from './memory.ts';
import { askAgainAfter } from './store-belief.ts';

/** Seconds until a pipeline that waits for its region looks by itself; the region wakes it earlier. */
const REGION_PATIENCE = 10;
/** Seconds until what is to be compared asks again whether it may: soon, so that the same lists serve all. */
const PUT_OFF = 10;
/** What follows from an answer of the store is done at once. */
const AT_ONCE = 0.01;

/** What a look at a pipeline came to. */
export interface Looked {
  readonly memory: Memory;
  /** The plan would be another: the store was seen on another host meanwhile, or has other credentials. */
  readonly isStale: boolean;
  readonly outcome: Outcome;
  /** It is time to compare it with AWS, and others are being compared. */
  readonly isPutOff: boolean;
  readonly findings: readonly Finding[];
  /** Whether all that followed from it was done: the status written, what was due sent back. */
  readonly isDone: boolean;
}

/** When to look again at a pipeline that is built or being built: the nearest reason counts. Pure but for the jitter. */
export function nextLook(
  { memory, isStale, outcome, isPutOff, findings, isDone }: Looked,
  config: Pick<Config, 'lookSeconds'>,
  clock: Clock,
): Next {
  if (isStale) return { after: AT_ONCE, urgency: 'begun' };
  if (outcome.failed || !isDone)
    return { backoff: true, progressed: outcome.nodes.some(({ done }) => done.length > 0) };
  const waits = [config.lookSeconds, outcome.seconds ?? Number.POSITIVE_INFINITY];
  // What only the user can change is looked at no more often than what is well.
  const isOnItsWay = findings.some(({ terminal }) => !terminal);
  if (isOnItsWay) waits.push(REGION_PATIENCE);
  if (isPutOff) waits.push(PUT_OFF);
  if (memory.queue && memory.queue.depth > 0) waits.push(QUEUE_SOON);
  if (memory.storeAskedAt !== undefined && !hasNoWriter(memory))
    waits.push(askAgainAfter(memory.store, clock.now(), config.lookSeconds));
  const urgency = isOnItsWay ? 'begun' : 'routine';
  return { after: Math.min(...waits) * (1 + clock.random() / 20), urgency };
}
