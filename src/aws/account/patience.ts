import type { Clock } from '../../clock.ts';

/** Seconds between two looks at what takes time, at least and at most. */
const SOONEST = 1;
const LATEST = 30;
/** The share of the time that something has taken so far for which it is let alone. */
const SHARE = 0.1;
/** Milliseconds after which what nobody asks about any more is forgotten. */
const FORGOTTEN = 600_000;

/**
 * How long to wait for what takes time: a tenth of what it has taken so far, so that what is quick is seen at once, and
 * what takes an hour is not asked each second.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #waits = new Map<string, { readonly why: string; readonly since: number; asked: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds until the next look at `key`, which waits for `why`; `atLeast` where it is known to take so long. */
  seconds(key: string, why: string, atLeast = SOONEST): number {
    const now = this.#clock.now();
    for (const [each, { asked }] of this.#waits) if (now - asked > FORGOTTEN) this.#waits.delete(each);
    const known = this.#waits.get(key);
    const wait = known?.why === why ? known : { why, since: now, asked: now };
    wait.asked = now;
    this.#waits.set(key, wait);
    const grown = Math.min(LATEST, ((now - wait.since) / 1000) * SHARE);
    return Math.max(SOONEST, atLeast, grown);
  }

  /** It waits no more. */
  end(key: string): void {
    this.#waits.delete(key);
  }
}
