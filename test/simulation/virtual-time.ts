import type { CancelTimer, Clock } from '../../src/clock.ts';
import { FakeClock, settle } from '../unit/fake-clock.ts';

interface Timer {
  readonly at: number;
  /** Of timers due at the same time the first set runs first. */
  readonly order: number;
  callback: (() => void) | undefined;
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * Time that moves from timer to timer, as fast as the code that they wake runs. While it moves, `setTimeout` is a timer
 * of this clock too: libraries such as p-retry pause by it.
 */
export class VirtualTime implements Clock {
  #now: number;
  #set = 0;
  /** A binary heap: the next timer to fire is the first. A timer that was stopped stays in it without its callback. */
  readonly #heap: Timer[] = [];
  readonly #randomness: FakeClock;

  constructor(options: { seed: number; start?: number }) {
    this.#now = options.start ?? Date.UTC(2026, 0, 1);
    this.#randomness = new FakeClock({ seed: options.seed });
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): CancelTimer {
    const timer: Timer = { at: this.#now + Math.max(0, milliseconds), order: this.#set++, callback };
    this.#push(timer);
    return () => {
      timer.callback = undefined;
    };
  }

  random(): number {
    return this.#randomness.random();
  }

  randomBytes(length: number): Uint8Array {
    return this.#randomness.randomBytes(length);
  }

  /** Moves on by `milliseconds`. */
  async advance(milliseconds: number): Promise<void> {
    await this.#move(this.#now + milliseconds, () => false);
  }

  /** Moves on until `isReached`, which is asked after each timer; answers false where `milliseconds` pass before. */
  async until(isReached: () => boolean, milliseconds: number): Promise<boolean> {
    return await this.#move(this.#now + milliseconds, isReached);
  }

  async #move(end: number, isReached: () => boolean): Promise<boolean> {
    const restore = this.#takeOverTimers();
    try {
      await settle();
      if (isReached()) return true;
      for (let next = this.#pop(end); next; next = this.#pop(end)) {
        this.#now = next.at;
        next.callback?.();
        // Everything that it woke runs until it waits for something again.
        await settle();
        if (isReached()) return true;
      }
      this.#now = end;
      return false;
    } finally {
      restore();
    }
  }

  #takeOverTimers(): () => void {
    const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
    const set = (callback: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]) => {
      const cancel = this.after(milliseconds, () => callback(...args));
      return { cancel, ref: () => {}, unref: () => {} };
    };
    const clear = (timer?: { cancel?: CancelTimer }) => timer?.cancel?.();
    globalThis.setTimeout = set as unknown as typeof setTimeout;
    globalThis.clearTimeout = clear as unknown as typeof clearTimeout;
    return () => {
      globalThis.setTimeout = realSet;
      globalThis.clearTimeout = realClear;
    };
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || isBefore(above, timer)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  /** The next timer that is due by `end` and was not stopped. */
  #pop(end: number): Timer | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (!first) return undefined;
      if (first.callback && first.at > end) return undefined;
      this.#removeFirst();
      if (first.callback) return first;
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (!a) break;
      const [child, lower] = b && isBefore(b, a) ? [left + 1, b] : [left, a];
      if (isBefore(last, lower)) break;
      heap[index] = lower;
      index = child;
    }
    heap[index] = last;
  }
}
