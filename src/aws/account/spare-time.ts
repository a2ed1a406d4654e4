import { AsyncLocalStorage } from 'node:async_hooks';

/** Calls that may wait, told from those that somebody waits for: whoever makes them need not know. */
const scope = new AsyncLocalStorage<boolean>();

/** Whether the calls that are made now take what others leave of AWS's rates. */
export const isSpareTime = (): boolean => scope.getStore() === true;

/** Does `work` as if nobody had begun it in spare time: others come to wait for it, too. */
export const forEverybody = <T>(work: () => Promise<T>): Promise<T> => scope.run(false, work);

/** Pieces of work that use an account's spare time at once: while AWS's rates hold these up, workers are left for others. */
const AT_ONCE = 2;

/** What is left of an account's rates by those who need it now. */
export class SpareTime {
  #users = 0;

  /** Whether so many use it that what can wait does. */
  get isTaken(): boolean {
    return this.#users >= AT_ONCE;
  }

  /** Does `work`, whose calls go out after those of others. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    this.#users += 1;
    try {
      return await scope.run(true, work);
    } finally {
      this.#users -= 1;
    }
  }
}
