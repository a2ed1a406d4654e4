import { ANNOTATIONS, type WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Reason } from '../../reason.ts';
import type { Overall } from '../report/conditions.ts';
import type { QueueSight, QueueSights } from './look-at-queues.ts';

/** Whether the queues of a pipeline that is being deleted may go. Pure. */

export interface DrainInput {
  readonly sights: QueueSights;
  /** Whether the dead letters are those of an outage, which go back into the queue once it is read. */
  readonly redrives: boolean;
  readonly pipeline: WebhookPipeline;
  /** Since when both looked empty, before this look; milliseconds since the epoch. */
  readonly emptySince: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When the deletion began, likewise. */
  readonly begun: number;
  readonly settleSeconds: number;
  readonly drainSeconds: number;
}

export type Drain =
  /** Nothing is in them. */
  | { readonly is: 'drained' }
  /** Both look empty since `since`; `seconds` are left until that is believed. */
  | { readonly is: 'settling'; readonly since: number; readonly seconds: number; readonly overall: Overall }
  /** Events are left that the pipeline can still store. */
  | { readonly is: 'draining'; readonly depth: number; readonly isLate: boolean }
  /** Somebody must act, or AWS answer. */
  | { readonly is: 'stopped'; readonly overall: Overall };

export const GIVE_UP = `, or annotate the pipeline with ${ANNOTATIONS.discardEvents}=true to lose them`;

export function drain(input: DrainInput): Drain {
  const { sights, redrives, pipeline, now, begun, settleSeconds, drainSeconds } = input;
  const { queue, deadLetters } = sights;
  if (pipeline.metadata.annotations?.[ANNOTATIONS.discardEvents] === 'true') return { is: 'drained' };
  const depth = messagesIn(queue) + (redrives ? messagesIn(deadLetters) : 0);
  if (depth > 0) return { is: 'draining', depth, isLate: now - begun > drainSeconds * 1000 };
  if (messagesIn(deadLetters) > 0) {
    return stopped(
      'DeadLettersLeft',
      `${messagesIn(deadLetters)} events that could not be stored or processed are in the dead-letter queue: redrive or save them${GIVE_UP}`,
      true,
    );
  }
  const [unseen] = [queue, deadLetters].flatMap((sight) => (sight.is === 'unseen' ? [sight.why] : []));
  if (unseen !== undefined) {
    return stopped('QueueUnseen', `it can't be seen whether events are left in the queues: ${unseen}`, false);
  }
  // Never made, as when the spec named a Secret that was never there.
  const isAbsent = queue.is === 'absent' && deadLetters.is === 'absent';
  if (isAbsent && !hadQueues(pipeline)) return { is: 'drained' };
  // SQS's counts lag behind, and so do its answers that there is no such queue: both must be seen for a while.
  const since = input.emptySince ?? now;
  const seconds = settleSeconds - (now - since) / 1000;
  if (seconds <= 0) return { is: 'drained' };
  const message = isAbsent ? 'the queues look as if they were gone' : 'the queue looks empty';
  return { is: 'settling', since, seconds, overall: { reason: 'Draining', message, terminal: false } };
}

const messagesIn = (sight: QueueSight): number => (sight.is === 'there' ? sight.messages : 0);

const stopped = (reason: Reason, message: string, terminal: boolean): Drain => ({
  is: 'stopped',
  overall: { reason, message, terminal },
});

const hadQueues = ({ status }: WebhookPipeline): boolean =>
  status?.objects?.some(({ kind, id }) => kind === 'Queue' && id !== undefined) ?? false;
