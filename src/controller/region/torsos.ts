/**
 * Milliseconds for which a route without a function may be one that another operator of the cluster is making: three
 * calls, which are paced where many are made at once.
 */
const IN_THE_MAKING = 60_000;

/**
 * Since when routes have been seen without a function. AWS doesn't tell the age of one; after a restart it counts anew,
 * which only keeps what nobody wants for a minute longer.
 */
export class Torsos {
  readonly #since = new Map<string, number>();

  /** Of those that are there now, by their ids, the ones that nobody is making any more, and how long the others have at most. */
  look(ids: readonly string[], now: number): { abandoned: ReadonlySet<string>; seconds?: number } {
    for (const id of this.#since.keys()) if (!ids.includes(id)) this.#since.delete(id);
    const left = ids.map((id) => {
      const since = this.#since.get(id) ?? now;
      this.#since.set(id, since);
      return { id, milliseconds: since + IN_THE_MAKING - now };
    });
    const young = left.filter(({ milliseconds }) => milliseconds > 0);
    return {
      abandoned: new Set(left.filter(({ milliseconds }) => milliseconds <= 0).map(({ id }) => id)),
      ...(young.length > 0 && {
        seconds: Math.ceil(Math.max(...young.map(({ milliseconds }) => milliseconds)) / 1000),
      }),
    };
  }
}
