import { judge } from '../../aws/account/errors.ts';
import { isRedriveDue, redriveDue } from '../../aws/calls/queues.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import { deadLetterQueueName } from '../../plan/identity.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import { nodeOf } from '../report/nodes.ts';
import { lookAtQueues, remember } from './look-at-queues.ts';

type Redriving = Pick<Subject, 'pipeline' | 'account' | 'owner' | 'memory'>;

/**
 * What went to the dead-letter queue in an outage gets another chance, once its queue is read again. That it is due
 * stands on the queue itself, so that neither a crash nor a call that fails loses it. Answers whether nothing is due any
 * more; a pipeline is no less ready because something still is.
 */
export async function redriveIfDue(
  context: Pick<Context, 'events' | 'logger'>,
  redriving: Redriving,
  outcome: Outcome,
): Promise<boolean> {
  const isRead = nodeOf(outcome, 'EventSourceMapping', 'mapping')?.outputs.enabled === 'true';
  const isDue = nodeOf(outcome, 'Queue', 'dlq')?.outputs.redriveDue === 'true';
  const { memory } = redriving;
  const before = memory.redriveTrouble;
  delete memory.redriveTrouble;
  if (!isRead || !isDue) return true;
  try {
    await redrive(context, redriving);
    return true;
  } catch (error) {
    const cause = judge(error).message;
    memory.redriveTrouble = cause;
    const pipeline = keyOf(redriving.pipeline.metadata);
    if (cause !== before)
      context.logger.warn(
        { pipeline, cause },
        'the dead-letter queue could not be redriven; it is tried again',
      );
    return false;
  }
}

/** The same where nothing was planned. */
export async function redriveUnplanned(
  context: Pick<Context, 'events'>,
  redriving: Redriving,
): Promise<void> {
  const { account, owner } = redriving;
  if (await isRedriveDue(account, deadLetterQueueName(owner))) await redrive(context, redriving);
}

async function redrive(
  { events }: Pick<Context, 'events'>,
  { pipeline, account, owner, memory }: Redriving,
): Promise<void> {
  // Whether it still is due is a question to AWS.
  delete memory.applied;
  // What came during the outage may be news.
  remember(memory, await lookAtQueues(account, owner));
  await redriveDue(account, deadLetterQueueName(owner));
  // SQS's counts lag: it is redriven all the same.
  if (memory.queue?.deadLetters === 0) return;
  events.record(pipeline, {
    type: 'Normal',
    reason: 'Redriven',
    action: 'Redrive',
    message: 'the queue is read again: what went to the dead-letter queue meanwhile goes back into the queue',
  });
}
