import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import { allowsReading, type StoreBelief } from './store-belief.ts';

/**
 * Whether the queue is to be read: not while its user has it paused, and else as the store allows; undefined: there is no
 * reason to change what is. Read from the spec as it is stored, for it counts too where the rest of it can't be used.
 */
export function isToBeRead({ spec }: Pick<WebhookPipeline, 'spec'>, store: StoreBelief): boolean | undefined {
  return spec.postQueue?.paused ? false : allowsReading(store);
}
