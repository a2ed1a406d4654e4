import type { Clock } from '../../clock.ts';

/** Milliseconds after which a sight that nobody has asked about again counts no more. */
const FORGOTTEN = 3_600_000;

/** What AWS shows only once may be an answer that came too early: it counts when it is seen again a lag later. */
export class SeenTwice {
  readonly #clock: Clock;
  readonly #since = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that `sight` is seen now; answers the seconds until it counts, 0 once it does. */
  secondsLeft(sight: string, lagSeconds: number): number {
    const now = this.#clock.now();
    for (const [each, since] of this.#since) if (now - since > FORGOTTEN) this.#since.delete(each);
    const since = this.#since.get(sight) ?? now;
    this.#since.set(sight, since);
    return Math.max(0, lagSeconds - (now - since) / 1000);
  }

  /** It is not so any more, or it has been acted on. */
  forget(sight: string): void {
    this.#since.delete(sight);
  }
}
