import type { Retention } from '../../plan/input.ts';
import type { Memory } from './memory.ts';

/**
 * How long the queue is to keep events. What has gathered while nothing was read may be older than the spec allows, so
 * that the queue goes back to the spec's time only when it was seen empty.
 * `isRead`: whether it is to be read.
 */
export function retentionOf(memory: Memory, isRead: boolean | undefined): Retention {
  if (isRead === false) {
    memory.keepsLonger = true;
    return 'longest';
  }
  if (isRead && memory.queue?.depth === 0) memory.keepsLonger = false;
  return memory.keepsLonger ? 'kept' : 'spec';
}
