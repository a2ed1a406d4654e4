import type { Outcome } from '../../aws/graph/apply.ts';
import type { Leftover } from '../../aws/graph/leftover.ts';

/** The outcome of having had nothing to do. */
export const NOTHING: Outcome = { nodes: [], leftovers: [], settled: true, failed: false };

/** The outcome of having removed something. */
export function ofLeftovers(leftovers: readonly Leftover[]): Outcome {
  const seconds = leftovers.flatMap((each) => each.seconds ?? []);
  return {
    ...NOTHING,
    leftovers,
    settled: seconds.length === 0,
    failed: leftovers.some(({ why }) => why === 'failed'),
    ...(seconds.length > 0 && { seconds: Math.min(...seconds) }),
  };
}
