import type { Clock } from '../../clock.ts';

/** Seconds for which an empty list is believed: it may be an answer that came too early. */
const EMPTY_SECONDS = 30;

/**
 * Lists that many reconciles need, read once for all of them: who asks while a read is under way gets its answer, and
 * so does who asks within `seconds` after it.
 */
export class Inventory {
  readonly #clock: Clock;
  readonly #lists = new Map<string, { readonly items: Promise<unknown>; until: number }>();

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
    const known = this.#lists.get(name);
    if (known && this.#clock.now() < known.until) return known.items as Promise<T[]>;
    const items = Array.fromAsync(load());
    const entry = { items, until: Number.POSITIVE_INFINITY };
    this.#lists.set(name, entry);
    items.then(
      ({ length }) => {
        const believed = length === 0 ? Math.min(seconds, emptySeconds) : seconds;
        entry.until = this.#clock.now() + believed * 1000;
      },
      () => this.#drop(name, entry),
    );
    return items;
  }

  /** Takes for the list called `name` what an answer of AWS said of it. */
  note<T>(name: string, seconds: number, items: readonly T[]): void {
    this.#lists.set(name, {
      items: Promise.resolve([...items]),
      until: this.#clock.now() + seconds * 1000,
    });
  }

  /** Makes the next read go to AWS: call it after a change. */
  forget(name: string): void {
    this.#lists.delete(name);
  }

  /** Makes every next read go to AWS. */
  forgetAll(): void {
    this.#lists.clear();
  }

  #drop(name: string, entry: unknown): void {
    if (this.#lists.get(name) === entry) this.#lists.delete(name);
  }
}
