import type { PostQueueProbe } from '../../../handlers/contract.ts';
import type { Account } from '../../aws/account/account.ts';
import { isNotFound, judge } from '../../aws/account/errors.ts';
import { probe } from '../../aws/calls/probe.ts';
import { queueDepth } from '../../aws/calls/queues.ts';
import type { NodeOutcome } from '../../aws/graph/apply.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { ALIAS, deadLetterQueueName, functionName, queueName } from '../../plan/identity.ts';
import type { Health } from './conditions.ts';

/** How the store answered last. `unknown`: the function itself didn't, which says nothing about the store. */
export type StoreView =
  | { readonly is: 'unknown'; readonly why: string }
  | { readonly is: 'unreachable'; readonly why: string }
  | { readonly is: 'reachable'; readonly probe: PostQueueProbe; readonly at: number };

export interface QueueView {
  readonly depth: number;
  readonly deadLetters: number;
}

/** Asks the post-queue function, which alone can reach the store, how the store is. */
export async function lookAtStore(account: Account, owner: Owner): Promise<StoreView> {
  try {
    const answer = await probe(account, functionName(owner, 'post-queue'), ALIAS);
    if (answer.nami !== 'post-queue') return { is: 'unknown', why: `the answer is of ${answer.nami}` };
    if (!answer.store.reachable) return { is: 'unreachable', why: answer.store.error };
    return { is: 'reachable', probe: answer, at: account.clock.now() };
  } catch (error) {
    const why = isNotFound(error) ? 'waits for the function that writes to it' : judge(error).message;
    return { is: 'unknown', why };
  }
}

/** Absent while the queues are. */
export async function lookAtQueue(account: Account, owner: Owner): Promise<QueueView | undefined> {
  const [depth, deadLetters] = await Promise.all([
    queueDepth(account, queueName(owner)),
    queueDepth(account, deadLetterQueueName(owner)),
  ]);
  return depth === undefined || deadLetters === undefined ? undefined : { depth, deadLetters };
}

/** A probe's view of a pipeline that is built. The first thing that is wrong counts. */
export function healthOf(
  store: StoreView | undefined,
  queue: QueueView | undefined,
  volumeUsedPercent: number,
  refused: readonly NodeOutcome[],
): Health {
  if (!store)
    return { status: 'Unknown', reason: 'NotProbed', message: 'the store has not been looked at yet' };
  if (store.is === 'unknown') return { status: 'Unknown', reason: 'ProbeFailed', message: store.why };
  if (store.is === 'unreachable') {
    return {
      status: 'False',
      reason: 'StoreUnreachable',
      message: `the queue is not read and keeps the events meanwhile: ${store.why}`,
    };
  }
  const { store: answer } = store.probe;
  if (answer.reachable && answer.objection !== undefined) {
    return { status: 'False', reason: 'StoreObjects', message: answer.objection };
  }
  if (queue && queue.deadLetters > 0) {
    return {
      status: 'False',
      reason: 'DeadLetters',
      message: `${queue.deadLetters} events could not be stored, or own code failed for them, and wait in the dead-letter queue: read the logs of the post-queue function, then redrive the queue`,
    };
  }
  const disk = answer.reachable ? answer.disk : undefined;
  const used = disk && Math.round((disk.usedBytes / disk.totalBytes) * 100);
  if (used !== undefined && used >= volumeUsedPercent) {
    return {
      status: 'False',
      reason: 'VolumeFilling',
      message: `${used} % of the volume is used: raise store.managed.volume.sizeGiB or set store.ttlDays`,
    };
  }
  const [first] = refused;
  if (first) return { status: 'False', reason: first.reason ?? 'Refused', message: first.message ?? '' };
  return { status: 'True', reason: 'Healthy', message: '' };
}
