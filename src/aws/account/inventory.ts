import type { Clock } from '../../clock.ts';
import { forEverybody, unlessInterrupted } from './spare-time.ts';

/** Seconds for which an empty list is believed: it may be an answer that came too early. */
const EMPTY_SECONDS = 30;

/** Milliseconds after which lists that are not fresh any more are let go: they are large. */
const SWEEP = 60_000;

interface Entry {
  readonly items: Promise<unknown>;
  /** When it was asked for, when it came, and until when whoever asked takes it to be fresh; milliseconds since the epoch. */
  readonly at: number;
  cameAt: number;
  until: number;
  isEmpty: boolean;
}

/**
 * Lists that many reconciles need, read once for all of them: who asks while a read is under way gets its answer, and
 * so does whoever takes one that is `seconds` old.
 */
export class Inventory {
  readonly #clock: Clock;
  readonly #lists = new Map<string, Entry>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The list called `name`, read by `load` unless one is there that came at most `seconds` ago, an empty one `emptySeconds`.
   */
  read<T>(
    name: string,
    seconds: number,
    load: () => AsyncIterable<T>,
    emptySeconds = EMPTY_SECONDS,
  ): Promise<T[]> {
    const milliseconds = (isEmpty: boolean) => 1000 * (isEmpty ? Math.min(seconds, emptySeconds) : seconds);
    const known = this.#lists.get(name);
    if (known && this.#clock.now() < known.cameAt + milliseconds(known.isEmpty))
      return unlessInterrupted(known.items as Promise<T[]>);
    const at = this.#clock.now();
    const items = forEverybody(() => Array.fromAsync(load()));
    const [cameAt, until] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const entry: Entry = { items, at, cameAt, until, isEmpty: false };
    this.#keep(name, entry);
    items.then(
      ({ length }) => {
        entry.isEmpty = length === 0;
        entry.cameAt = this.#clock.now();
        entry.until = entry.cameAt + milliseconds(entry.isEmpty);
      },
      () => this.#drop(name, entry),
    );
    return unlessInterrupted(items);
  }

  /** Takes for the list called `name` what an answer of AWS said of it. */
  note<T>(name: string, seconds: number, items: readonly T[]): void {
    const at = this.#clock.now();
    const entry = { items: Promise.resolve([...items]), at, cameAt: at, isEmpty: items.length === 0 };
    this.#keep(name, { ...entry, until: at + seconds * 1000 });
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
