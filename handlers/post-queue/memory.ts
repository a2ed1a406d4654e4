import type { Envelope } from '../envelope.ts';

/**
 * What a name or value takes at most, in bytes: `[{},{},…]` 120 while it is parsed, `[[[…]]]` 190 when the driver reads
 * it back (measured in Node.js 24).
 */
export const PART_BYTES = 200;

/** A body stands in memory decoded, in the driver's command, on its way into the connection, and as text to be parsed. */
const BODY_COPIES = 4;

/** Node.js and the driver take some 70 MB, and what is done with is not given back at once. */
const SHARE = 1 / 6;

/** Bytes that events at hand may take together, in a function of so many MiB. */
export function memoryForEvents(functionMiB: number): number {
  return functionMiB * 1024 * 1024 * SHARE;
}

/** Bytes that one event takes, by its body and by what that has to be parsed. An estimate, high rather than low. */
export function memoryOf(bodyBytes: number, parts: number): number {
  return bodyBytes * BODY_COPIES + parts * PART_BYTES;
}

/** What else stands in the document of one of many events of a request: a copy of its headers, hashes, times. */
export function elementMemory(headers: Envelope['headers']): number {
  return memoryOf(JSON.stringify(headers).length + 600, 0);
}

/** Memory for which many wait, and in which no more are at once than fit; one that never fits has it to itself. */
export class Room {
  readonly #bytes: number;
  #taken = 0;
  #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Resolves when there is room, which the caller gives back. */
  take(bytes: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ bytes, enter: resolve });
    this.#admit();
    return promise;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
    this.#admit();
  }

  /** A small one passes a large one that doesn't fit: what hangs keeps only those that need its place. */
  #admit(): void {
    this.#waiting = this.#waiting.filter(({ bytes, enter }) => {
      if (this.#taken > 0 && this.#taken + bytes > this.#bytes) return true;
      this.#taken += bytes;
      enter();
      return false;
    });
  }
}
