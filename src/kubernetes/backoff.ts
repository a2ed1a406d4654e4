import type { Clock } from '../clock.ts';

export interface Backoff {
  readonly firstSeconds: number;
  readonly maximumSeconds: number;
}

/**
 * The wait before try number `failures` + 1, in seconds: doubled with each failure up to the maximum, and then
 * between half and all of that, so that those who failed together don't come back together.
 */
export function backoffSeconds(backoff: Backoff, failures: number, clock: Clock): number {
  const doubled = backoff.firstSeconds * 2 ** Math.min(Math.max(failures - 1, 0), 30);
  return Math.min(doubled, backoff.maximumSeconds) * (0.5 + clock.random() / 2);
}
