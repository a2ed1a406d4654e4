import type { BurstResult } from './burst.ts';
import { labelOf, thousands } from './report.ts';

type Judged = Pick<BurstResult, 'settings' | 'tally' | 'lost' | 'queued' | 'deadLetters'>;

/** What is wrong with the runs, one line each. Empty: everything that was accepted is in the store. */
export function problemsOf(results: readonly Judged[]): string[] {
  return results.flatMap(({ settings, tally, lost, queued, deadLetters }) => {
    const accepted = tally.accepted.length;
    const found = [
      accepted === 0 && 'nothing was accepted',
      lost > 0 && `${thousands(lost)} of ${thousands(accepted)} accepted events are lost`,
      queued > 0 && `${thousands(queued)} accepted events were still in the queue when the time was over`,
      deadLetters > 0 && `${thousands(deadLetters)} accepted events are in the dead-letter queue`,
    ];
    return found.filter((problem) => problem !== false).map((problem) => `${labelOf(settings)}: ${problem}`);
  });
}

/** Says on standard error what is wrong, and answers the exit code. */
export function conclude(results: readonly Judged[]): 0 | 1 {
  const problems = problemsOf(results);
  for (const problem of problems) console.error(`FAILED: ${problem}`);
  return problems.length === 0 ? 0 : 1;
}
