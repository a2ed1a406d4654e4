import type { CancelTimer, Clock } from '../../src/clock.ts';

interface Timer {
  at: number;
  callback: () => void;
}

/**
 * Time that stands still until a test moves it, and randomness that is the same in every run.
 *
 * @example
 * const clock = new FakeClock();
 * clock.after(1000, () => console.log('one second'));
 * await clock.advance(1000); // one second
 */
export class FakeClock implements Clock {
  #now: number;
  #state: number;
  /** In the order in which they were set: among those due at the same time, the first set runs first. */
  readonly #timers = new Set<Timer>();

  constructor(options: { start?: number; seed?: number } = {}) {
    this.#now = options.start ?? Date.UTC(2026, 0, 1);
    this.#state = options.seed ?? 1;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): CancelTimer {
    const timer: Timer = { at: this.#now + Math.max(0, milliseconds), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Mulberry32. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  randomBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.random() * 256));
  }

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, in milliseconds from now; undefined when none is set. */
  get untilNext(): number | undefined {
    const next = this.#next();
    return next && next.at - this.#now;
  }

  /**
   * Moves time on, firing what falls due in order, timers that these set included. After each one everything that
   * it woke runs until it waits for something again.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      await this.#fire(next);
    }
    this.#now = end;
  }

  /** Moves time on from timer to timer until `promise` settles; fails when no timer is left or after `limit`. */
  async until<R>(promise: Promise<R>, limit = 24 * 3600_000): Promise<R> {
    const end = this.#now + limit;
    let isSettled = false;
    const note = () => {
      isSettled = true;
    };
    promise.then(note, note);
    for (await settle(); !isSettled; ) {
      const next = this.#next();
      if (next === undefined) throw new Error('nothing is due any more, and the promise is still pending');
      if (next.at > end) throw new Error(`the promise is still pending after ${limit} ms`);
      await this.#fire(next);
    }
    return promise;
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.callback();
    await settle();
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
    return next;
  }
}

/** Lets every chain of promises run until it waits for a timer or for the outside. */
export function settle(): Promise<void> {
  // Node empties the microtask queue, however much is added to it, before it comes to immediates.
  return new Promise((resolve) => setImmediate(resolve));
}
