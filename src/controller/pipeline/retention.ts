import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Retention } from '../../plan/input.ts';
import { waitsForFirstAnswer } from './first-answer.ts';
import type { Memory } from './memory.ts';

/**
 * How long the queue is to keep events. What has gathered while nothing was read may be older than the spec allows, so
 * that the queue goes back to the spec's time only when it was seen empty. A managed store takes minutes to come up: until
 * then nothing is read.
 * `isRead`: whether it is to be read.
 */
export function retentionOf(
  memory: Memory,
  { spec, status }: Pick<WebhookPipeline, 'spec' | 'status'>,
  isRead: boolean | undefined,
): Retention {
  const isNew = isRead === undefined && !spec.store?.external && waitsForFirstAnswer(status?.store, memory);
  if (isRead === false || isNew) {
    memory.keepsLonger = true;
    return 'longest';
  }
  if (isRead && memory.queue?.depth === 0) memory.keepsLonger = false;
  return memory.keepsLonger ? 'kept' : 'spec';
}
