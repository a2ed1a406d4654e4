import { isRedriveDue, redriveDue } from '../../aws/calls/queues.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import { deadLetterQueueName } from '../../plan/identity.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import { nodeOf } from '../report/nodes.ts';

type Redriving = Pick<Subject, 'pipeline' | 'account' | 'owner' | 'memory'>;

/**
 * What went to the dead-letter queue in an outage gets another chance, once its queue is read again. That it is due
 * stands on the queue itself, so that neither a crash nor a call that fails loses it.
 */
export async function redriveIfDue(
  context: Pick<Context, 'events'>,
  redriving: Redriving,
  outcome: Outcome,
): Promise<void> {
  const isRead = nodeOf(outcome, 'EventSourceMapping', 'mapping')?.outputs.enabled === 'true';
  const isDue = nodeOf(outcome, 'Queue', 'dlq')?.outputs.redriveDue === 'true';
  if (isRead && isDue) await redrive(context, redriving);
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
  await redriveDue(account, deadLetterQueueName(owner));
  events.record(pipeline, {
    type: 'Normal',
    reason: 'Redriven',
    action: 'Redrive',
    message: 'the store answers again: what went to the dead-letter queue meanwhile goes back into the queue',
  });
}
