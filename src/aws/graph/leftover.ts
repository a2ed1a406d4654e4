import type { Reason } from '../../reason.ts';
import type { KindName } from './graph.ts';

/** An object that the graph does not want: on its way out, kept on purpose, or not to be removed. */
export interface Leftover {
  readonly kind: KindName;
  readonly id: string;
  /** "removed": in this pass. "lost": nothing in AWS tells any more whose it is. */
  readonly why: 'removing' | 'removed' | 'kept' | 'failed' | 'lost';
  /** One word, on failure. */
  readonly reason?: Reason;
  readonly message?: string;
  /** While something is being removed: look again in so many seconds. */
  readonly seconds?: number;
}

/** Whether it is still to go. */
export const isOpen = ({ why }: Leftover): boolean => why === 'removing' || why === 'failed';
