import type { Account } from '../../aws/account/account.ts';
import { judge } from '../../aws/account/errors.ts';
import { queueDepth, queueTags } from '../../aws/calls/queues.ts';
import { nodeKey } from '../../aws/graph/graph.ts';
import { isOfPredecessor, type Owner } from '../../aws/object/owner.ts';
import { deadLetterQueueName, queueName } from '../../plan/identity.ts';
import { isDue, type Memory, wasReady } from './memory.ts';

/** One queue, looked at by itself: that it can't be seen says neither that it is empty nor that it is gone. */
export type QueueSight =
  | { readonly is: 'there'; readonly messages: number }
  | { readonly is: 'absent' }
  | { readonly is: 'unseen'; readonly why: string };

export interface QueueSights {
  readonly queue: QueueSight;
  readonly deadLetters: QueueSight;
}

export async function lookAtQueues(account: Account, owner: Owner): Promise<QueueSights> {
  const [queue, deadLetters] = await Promise.all([
    sight(account, owner, queueName(owner)),
    sight(account, owner, deadLetterQueueName(owner)),
  ]);
  return { queue, deadLetters };
}

/** What a predecessor's queue of this name holds is nothing of the owner's. Where AWS does not say, it counts. */
async function sight(account: Account, owner: Owner, name: string): Promise<QueueSight> {
  try {
    const messages = await queueDepth(account, name);
    if (messages === undefined) return { is: 'absent' };
    const tags = messages > 0 ? await queueTags(account, name).catch(() => undefined) : undefined;
    return tags && isOfPredecessor(tags, owner) ? { is: 'absent' } : { is: 'there', messages };
  } catch (error) {
    return { is: 'unseen', why: judge(error).message };
  }
}

/** Seconds between two looks at a queue that holds something. */
export const QUEUE_SOON = 10;

/**
 * Reads the depth of the queues, unless that was done a moment ago. What can't be seen is as it was; where one is gone, what
 * is in AWS is compared at once.
 */
export async function refreshQueues(
  memory: Memory,
  account: Account,
  owner: Owner,
  lookSeconds: number,
): Promise<void> {
  const { clock } = account;
  const pause = memory.queue?.depth === 0 ? lookSeconds : Math.min(QUEUE_SOON, lookSeconds);
  if (!isDue(clock, memory.queueReadAt, pause)) return;
  const sights = await lookAtQueues(account, owner);
  remember(memory, sights);
  if (isGone(memory, sights)) delete memory.applied;
  // Queues that are not there yet are looked for again as soon as they may be.
  if (memory.queue) memory.queueReadAt = clock.now();
}

const QUEUE_NODES = { queue: nodeKey('Queue', 'queue'), deadLetters: nodeKey('Queue', 'dlq') } as const;

/** Whether somebody has deleted a queue that was there: until it is made again nothing can be taken, or given up. */
const isGone = (memory: Memory, sights: QueueSights): boolean =>
  (['queue', 'deadLetters'] as const).some(
    (each) => sights[each].is === 'absent' && wasReady(memory, QUEUE_NODES[each]),
  );

/** Notes what was seen. */
export function remember(memory: Memory, { queue, deadLetters }: QueueSights): void {
  const depth = queue.is === 'there' ? queue.messages : memory.queue?.depth;
  const dead = deadLetters.is === 'there' ? deadLetters.messages : memory.queue?.deadLetters;
  if (depth !== undefined && dead !== undefined) memory.queue = { depth, deadLetters: dead };
}
