import { startRedrive } from '../../aws/calls/queues.ts';
import { findMapping, setEnabled } from '../../aws/kinds/event-source-mapping.ts';
import { aliasArnOf, deadLetterQueueName, queueArnOf } from '../../plan/identity.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import { lookAtQueue } from '../report/health.ts';
import { isReachable, refreshStore } from './memory.ts';

type Following = Omit<Subject, 'spec'>;

/**
 * Where a pipeline can't be built as it is wanted, its queue still follows its store: no event is lost, and none left
 * lying, for something else that is wrong.
 */
export async function followStore(context: Context, subject: Following): Promise<void> {
  const { account, owner, memory } = subject;
  const mapping = await findMapping(account, {
    queueArn: queueArnOf(account, owner),
    functionArn: aliasArnOf(account, owner, 'post-queue'),
  });
  if (mapping?.state.is !== 'ready') return;
  await refreshStore(memory, account, owner, context.config.lookSeconds);
  if (mapping.details.enabled === isReachable(memory)) return;
  await setEnabled(account, mapping, isReachable(memory));
  if (isReachable(memory)) await redrive(context, subject);
}

/** What went to the dead-letter queue in an outage gets another chance. */
export async function redrive(context: Context, { pipeline, account, owner }: Following): Promise<void> {
  const queue = await lookAtQueue(account, owner);
  if (!queue || queue.deadLetters === 0) return;
  await startRedrive(account, deadLetterQueueName(owner));
  context.events.record(pipeline, {
    type: 'Normal',
    reason: 'Redriven',
    action: 'Redrive',
    message: `the store answers again: ${queue.deadLetters} events go from the dead-letter queue back into the queue`,
  });
}
