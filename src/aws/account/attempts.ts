import type { Clock } from '../../clock.ts';

/** Milliseconds after which what failed once is tried again; twice as long after each further time. */
const FIRST_PAUSE = 60_000;
const LONGEST_PAUSE = 3_600_000;

/**
 * What AWS accepted and then could not do: the same is asked for again with growing pauses, anything else at once.
 * Without a memory of it, as after a restart, it is asked for once more.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #last = new Map<
    string,
    { readonly wish: string; readonly count: number; readonly at: number; readonly error?: unknown }
  >();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `wish` is asked for `key` now; `error` is what that came to, where it is known at once. */
  note(key: string, wish: string, error?: unknown): void {
    const last = this.#last.get(key);
    const count = last?.wish === wish ? last.count + 1 : 1;
    this.#last.set(key, { wish, count, at: this.#clock.now(), error });
  }

  /** Whether the time has come to ask for `wish`, given that what was asked for last has failed. */
  isDue(key: string, wish: string): boolean {
    const last = this.#last.get(key);
    if (last?.wish !== wish) return true;
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (last.count - 1));
    return this.#clock.now() >= last.at + pause;
  }

  /** What `wish` came to when it was asked for last. */
  errorOf(key: string, wish: string): unknown {
    const last = this.#last.get(key);
    return last?.wish === wish ? last.error : undefined;
  }

  /** It has come about, or it is gone. */
  end(key: string): void {
    this.#last.delete(key);
  }
}
