import { startRedrive } from '../../aws/calls/queues.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import { deadLetterQueueName } from '../../plan/identity.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import { nodeOf } from '../report/nodes.ts';

type Redriving = Pick<Subject, 'pipeline' | 'account' | 'owner'>;

import { lookAtQueues } from './look-at-queues.ts';

/** What went to the dead-letter queue in an outage gets another chance. */
export async function redrive(
  { events }: Pick<Context, 'events'>,
  { pipeline, account, owner }: Redriving,
): Promise<void> {
  const { deadLetters } = await lookAtQueues(account, owner);
  if (deadLetters.is !== 'there' || deadLetters.messages === 0) return;
  await startRedrive(account, deadLetterQueueName(owner));
  events.record(pipeline, {
    type: 'Normal',
    reason: 'Redriven',
    action: 'Redrive',
    message: `the store answers again: ${deadLetters.messages} events go from the dead-letter queue back into the queue`,
  });
}

/** After an outage, once the queue is read again. */
export async function redriveIfDue(
  context: Pick<Context, 'events'>,
  redriving: Redriving,
  outcome: Outcome,
): Promise<void> {
  const mapping = nodeOf(outcome, 'EventSourceMapping', 'mapping');
  if (mapping?.state !== 'Ready' || !mapping.done.some((done) => done.includes('enabled'))) return;
  await redrive(context, redriving);
}
