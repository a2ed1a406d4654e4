import type { Album } from './life.ts';
import type { Verdict } from './verdict.ts';

/** A life to which something happens, the same each time. */
export interface Scenario {
  /** Such as "crash/after/123": its phase stands first. */
  readonly id: string;
  /** What happens in it. */
  readonly words: string;
  /** `expected` is what an undisturbed life looks like. */
  run(expected: Album): Promise<Verdict>;
}
