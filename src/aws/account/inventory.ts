import type { Clock } from '../../clock.ts';
import { forEverybody, unlessInterrupted } from './spare-time.ts';

/** Seconds for which an empty list is believed: it may be an answer that came too early. */
const EMPTY_SECONDS = 30;

/** Milliseconds after which lists that are not fresh any more are let go: they are large. */
const SWEEP = 60_000;

interface Entry {
  readonly items: Promise<unknown>;
  /** When it was asked for, and until when it is fresh; milliseconds since the epoch. */
  readonly at: number;
  until: number;
}

/**
 * Lists that many reconciles need, read once for all of them: who asks while a read is under way gets its answer, and
 * so does who asks within `seconds` after it.
 */
export class Inventory {
  readonly #clock: Clock;
  readonly #lists = new Map<string, Entry>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The list called `name`, read by `load` unless a fresh one is there; an empty one is fresh for `emptySeconds`. */
  read<T>(
    name: string,
    seconds: number,
    load: () => AsyncIterable<T>,
    emptySeconds = EMPTY_SECONDS,
  ): Promise<T[]> {
    const known = this.fresh<T>(name);
    if (known) return unlessInterrupted(known);
    const at = this.#clock.now();
    const items = forEverybody(() => Array.fromAsync(load()));
    const entry: Entry = { items, at, until: Number.POSITIVE_INFINITY };
    this.#keep(name, entry);
    items.then(
      ({ length }) => {
        const believed = length === 0 ? Math.min(seconds, emptySeconds) : seconds;
        entry.until = this.#clock.now() + believed * 1000;
      },
      () => this.#drop(name, entry),
    );
    return unlessInterrupted(items);
  }

  /** Takes for the list called `name` what an answer of AWS said of it. */
  note<T>(name: string, seconds: number, items: readonly T[]): void {
    const at = this.#clock.now();
    this.#keep(name, { items: Promise.resolve([...items]), at, until: at + seconds * 1000 });
  }

  /** The list called `name`, if a fresh one is there. */
  fresh<T>(name: string): Promise<T[]> | undefined {
    return this.#fresh(name)?.items as Promise<T[]> | undefined;
  }

  /** Whether a fresh list called `name` is there, and nobody waits for it. */
  isThere(name: string): boolean {
    return Number.isFinite(this.#fresh(name)?.until);
  }

  /** When the list called `name` was asked for, in milliseconds since the epoch, if a fresh one is there. */
  askedAt(name: string): number | undefined {
    return this.#fresh(name)?.at;
  }

  /** Does `work`, which changes what the list called `name` shows: what was read before it or meanwhile serves nobody after it. */
  async change<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.forget(name);
    try {
      return await work();
    } finally {
      this.forget(name);
    }
  }

  /** Makes the next read go to AWS: call it after a change. */
  forget(name: string): void {
    this.#lists.delete(name);
  }

  /** Makes every next read go to AWS. */
  forgetAll(): void {
    this.#lists.clear();
  }

  /** One that is being read is fresh, too. */
  #fresh(name: string): Entry | undefined {
    const known = this.#lists.get(name);
    return known && this.#clock.now() < known.until ? known : undefined;
  }

  #keep(name: string, entry: Entry): void {
    this.#lists.set(name, entry);
    const now = this.#clock.now();
    if (now - this.#sweptAt < SWEEP) return;
    this.#sweptAt = now;
    for (const [each, { until }] of this.#lists) if (until <= now) this.#lists.delete(each);
  }

  #drop(name: string, entry: unknown): void {
    if (this.#lists.get(name) === entry) this.#lists.delete(name);
  }
}
