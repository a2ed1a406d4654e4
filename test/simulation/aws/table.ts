import type { Clock } from '../../../src/clock.ts';

/** The time at which a service is looked at: now, or some time ago where its answers lag behind. */
export class Moment {
  /** By how much reads lag behind, in seconds. */
  lagSeconds = 0;
  readonly #clock: Clock;
  /** Of the read that is under way. */
  #lag = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#clock.now() - this.#lag * 1000;
  }

  get isPast(): boolean {
    return this.#lag > 0;
  }

  /** Runs `look` at the time that reads see, or those of another service that lags more. */
  read<R>(look: () => R, lagSeconds = this.lagSeconds): R {
    this.#lag = lagSeconds;
    try {
      return look();
    } finally {
      this.#lag = 0;
    }
  }

  /** Seconds since `then`, in milliseconds since the epoch. */
  since(then: number): number {
    return (this.now - then) / 1000;
  }
}

interface Version<Row> {
  readonly at: number;
  /** Undefined: deleted. */
  readonly row: Row | undefined;
}

const seenAt = <Row>(now: number, versions: readonly Version<Row>[] = []): Row | undefined =>
  versions.findLast(({ at }) => at <= now)?.row;

/** For how long what was is remembered, in milliseconds: the longest lag. */
const MEMORY = 600_000;

/**
 * The objects of one kind, and what they were a while ago. Rows are never changed, only replaced; what changes with
 * time alone is no part of them but follows from when something was done.
 */
export class Table<Row extends object> {
  readonly #moment: Moment;
  readonly #rows = new Map<string, Version<Row>[]>();
  /** What is there now: what nearly every look sees. */
  readonly #current = new Map<string, Row>();
  /** In the order of their end. */
  readonly #deleted: { readonly id: string; readonly at: number }[] = [];

  constructor(moment: Moment) {
    this.#moment = moment;
  }

  get(id: string | undefined): Row | undefined {
    if (id === undefined) return undefined;
    return this.#moment.isPast ? seenAt(this.#moment.now, this.#rows.get(id)) : this.#current.get(id);
  }

  has(id: string | undefined): boolean {
    return this.get(id) !== undefined;
  }

  /** In the order in which they were first made. */
  values(): Row[] {
    return [...this.#seen()];
  }

  find(isIt: (row: Row) => boolean): Row | undefined {
    for (const row of this.#seen()) if (isIt(row)) return row;
    return undefined;
  }

  filter(isIt: (row: Row) => boolean): Row[] {
    const found: Row[] = [];
    for (const row of this.#seen()) if (isIt(row)) found.push(row);
    return found;
  }

  get size(): number {
    return this.values().length;
  }

  set(id: string, row: Row): Row {
    this.#write(id, row);
    return row;
  }

  /** Changes some fields of a row that is there. */
  change(id: string, fields: Partial<Row>): void {
    const row = this.get(id);
    if (row) this.#write(id, { ...row, ...fields });
  }

  delete(id: string): void {
    if (this.has(id)) this.#write(id, undefined);
  }

  #seen(): Iterable<Row> {
    if (!this.#moment.isPast) return this.#current.values();
    const { now } = this.#moment;
    return [...this.#rows.values()].flatMap((versions) => seenAt(now, versions) ?? []);
  }

  #write(id: string, row: Row | undefined): void {
    const { now } = this.#moment;
    const versions = (this.#rows.get(id) ?? []).filter(({ at }, index, all) => {
      const successor = all[index + 1];
      return at > now - MEMORY || !successor || successor.at > now - MEMORY;
    });
    this.#rows.set(id, [...versions, { at: now, row }]);
    if (row === undefined) {
      this.#current.delete(id);
      this.#deleted.push({ id, at: now });
    } else this.#current.set(id, row);
    this.#forgetDeleted(now - MEMORY);
  }

  #forgetDeleted(before: number): void {
    for (let next = this.#deleted[0]; next && next.at < before; next = this.#deleted[0]) {
      this.#deleted.shift();
      if (this.#rows.get(next.id)?.at(-1)?.row === undefined) this.#rows.delete(next.id);
    }
  }
}
