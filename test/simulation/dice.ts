import { FakeClock } from '../unit/fake-clock.ts';

/** Chance that belongs to a test alone: the same seed throws the same. */
export class Dice {
  readonly #clock: FakeClock;

  constructor(seed: number) {
    this.#clock = new FakeClock({ seed });
  }

  /** A whole number below `bound`. */
  below(bound: number): number {
    return Math.floor(this.#clock.random() * bound);
  }

  /** One of the items; undefined where there is none. */
  oneOf<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)];
  }
}
