/** Lets pieces of work that share a key be done one at a time, in the order in which they were asked for. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** What `work` comes to, once all that was asked for before it under this key is through. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const { promise: mine, resolve: pass } = Promise.withResolvers<void>();
    this.#last.set(key, mine);
    await before;
    try {
      return await work();
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
      pass();
    }
  }
}
