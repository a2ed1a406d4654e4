import type { Clock } from '../clock.ts';

/** Tells how far somebody has set the clock back, against time that nobody sets. */
export class ClockWatch {
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  /** By how much the clock was ahead of that time at most, in milliseconds. */
  #ahead: number;

  constructor(clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#clock = clock;
    this.#ahead = this.#lead();
  }

  /** Seconds by which it is behind where it would be: what was noted of a moment may lie so far ahead. */
  get setBackSeconds(): number {
    const lead = this.#lead();
    this.#ahead = Math.max(this.#ahead, lead);
    return (this.#ahead - lead) / 1000;
  }

  #lead(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }
}
