import type { Retention } from '../../plan/input.ts';
import type { Memory } from './memory.ts';
import { isToBeRead } from './store-belief.ts';

/**
 * How long the queue is to keep events. What has gathered while nothing was read may be older than the spec allows, so
 * that the queue goes back to the spec's time only when it was seen empty.
 */
export function retentionOf(memory: Memory): Retention {
  const isRead = isToBeRead(memory.store);
  if (isRead === false) {
    memory.keepsLonger = true;
    return 'longest';
  }
  if (isRead && memory.queue?.depth === 0) memory.keepsLonger = false;
  return memory.keepsLonger ? 'kept' : 'spec';
}
