import type { Db } from 'mongodb';
import type { EventDocument } from '../post-queue/document.ts';

// Published as `nami-handlers/post-queue`: what is said here is what users read.

/** What own code after the queue exports, for `spec.postQueue.code`. */
export interface PostQueueCode {
  readonly process: Process;
}

/**
 * What to do with an event that is stored. At most one runs for an event at a time, and one that has ended well is not
 * run again for it, however often the event is delivered. What throws is run again when the queue hands the event out
 * the next time, until `spec.queue.maxReceiveCount` is used up, and ends in the dead-letter queue. Events of a batch are
 * worked on at once. Node's own `process` is `globalThis.process` beside this one, or `node:process`.
 *
 * @example
 * ```ts
 * export const process: Process<{ order: { id: string; state: string } }> = async ({ _id, payload }, { database }) => {
 *   if (!payload) return;
 *   await database
 *     .collection<{ _id: string }>('orders')
 *     .updateOne({ _id: payload.order.id }, { $set: { state: payload.order.state, from: _id } }, { upsert: true });
 * };
 * ```
 */
export type Process<Payload = unknown> = (
  event: StoredEvent<Payload>,
  context: ProcessContext,
) => void | Promise<void>;

/** An event as it is stored, its bytes as such. `Payload` is what the sender's bodies are known to be. */
export interface StoredEvent<Payload = unknown>
  extends Omit<EventDocument, 'body' | 'headers' | 'payload' | 'processing'> {
  /** The sender's headers, by name in lower case; none that proves who sent. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  /** The body byte for byte. */
  readonly body: Uint8Array;
  /** The body parsed, where it is JSON that MongoDB holds faithfully and memory allows; else `payloadOmitted` says why not. Numbers that `payloadNumbers` lists are objects of `bson`, or texts. */
  readonly payload?: Payload;
}

export interface ProcessContext {
  /** The database that the events are in, `spec.store.database`. */
  readonly database: Db;
  /** Which run this is for the event; 1 is the first. */
  readonly attempt: number;
  /**
   * Aborted shortly before the function is stopped: pass it on, to `fetch` for one. A run that goes on all the same has
   * failed, and what it still does may happen beside the next run for its event.
   */
  readonly signal: AbortSignal;
}
