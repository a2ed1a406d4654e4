import {
  type AnyBulkWriteOperation,
  type Collection,
  MongoBulkWriteError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  type WriteError,
} from 'mongodb';
import type { EventDocument, NewEvent } from './document.ts';

/** The store as a whole didn't answer as it should: it is unknown which events of the batch it has. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** What is used of a collection. */
export type EventCollection = Pick<Collection<EventDocument>, 'bulkWrite' | 'find'>;

type Operation = AnyBulkWriteOperation<EventDocument>;

/** Acknowledged means in the journal, on the volume, of a majority (MongoDB: write concern). */
const WRITE_CONCERN = { w: 'majority', journal: true, wtimeoutMS: 8000 } as const;

const DUPLICATE_KEY = 11000;

/** One to store, one to settle identities that are taken, one more for whoever settles the same at the same moment. */
const MAX_ROUNDS = 3;

/**
 * Stores events that may have been stored before; resolves to the errors of those that couldn't be, by their index.
 * Throws {@link StoreError} where that can't be said event by event.
 */
export async function storeEvents(
  collection: EventCollection,
  events: readonly NewEvent[],
): Promise<ReadonlyMap<number, Error>> {
  const failures = new Map<number, Error>();
  let pending = new Map(events.map((event, index) => [index, event.upsert]));
  for (let round = 1; pending.size > 0; round++) {
    const errors = await write(collection, pending);
    const taken = new Map<number, NewEvent>();
    for (const [index, error] of errors) {
      const event = events[index];
      if (event && error.code === DUPLICATE_KEY && round < MAX_ROUNDS) taken.set(index, event);
      else failures.set(index, new Error(error.errmsg ?? 'write error', { cause: error }));
    }
    pending = taken.size === 0 ? new Map() : await settle(collection, taken);
  }
  return failures;
}

/** An identity that is taken stands for the same bytes, written by someone else just now, or for others: a conflict. */
async function settle(
  collection: EventCollection,
  taken: ReadonlyMap<number, NewEvent>,
): Promise<Map<number, Operation>> {
  const ids = [...taken.values()].map(({ id }) => id);
  const documents = await collection
    .find({ _id: { $in: ids } }, { projection: { bodySha256: 1 }, maxTimeMS: 5000 })
    .toArray()
    .catch((cause: unknown) => {
      throw new StoreError('the store could not be read', { cause });
    });
  const sha256ById = new Map(documents.map((document) => [document._id, document.bodySha256]));
  return new Map(
    [...taken].map(([index, event]) => {
      // A document that has gone since (it expired) is no conflict: then this event is the first again.
      const sameBytes = (sha256ById.get(event.id) ?? event.bodySha256) === event.bodySha256;
      return [index, sameBytes ? event.upsert : event.conflictUpsert];
    }),
  );
}

/**
 * One unordered bulk write; resolves to the write errors by the operations' keys. All operations are idempotent, so
 * a connection that broke while the function was frozen is not worth a redelivery: the write is tried once more.
 */
async function write(
  collection: EventCollection,
  operations: ReadonlyMap<number, Operation>,
): Promise<Map<number, WriteError>> {
  try {
    return await bulkWrite(collection, operations).catch((error: unknown) => {
      if (isBrokenConnection(error)) return bulkWrite(collection, operations);
      throw error;
    });
  } catch (cause) {
    throw new StoreError('the store did not take the batch', { cause });
  }
}

async function bulkWrite(
  collection: EventCollection,
  operations: ReadonlyMap<number, Operation>,
): Promise<Map<number, WriteError>> {
  try {
    const { matchedCount, upsertedCount } = await collection.bulkWrite([...operations.values()], {
      ordered: false,
      writeConcern: WRITE_CONCERN,
    });
    if (matchedCount + upsertedCount === operations.size) return new Map();
    throw new Error(`of ${operations.size} writes ${matchedCount + upsertedCount} were counted`);
  } catch (error) {
    const errors =
      error instanceof MongoBulkWriteError ? writeErrors(error, [...operations.keys()]) : undefined;
    if (errors === undefined) throw error;
    return errors;
  }
}

/**
 * The driver throws this error for what concerns single operations, but also for a write concern that wasn't reached
 * and for a connection lost between two parts of a batch. Only if each operation is counted are the others stored.
 */
function writeErrors(
  error: MongoBulkWriteError,
  keys: readonly number[],
): Map<number, WriteError> | undefined {
  const errors = new Map<number, WriteError>();
  for (const writeError of [error.writeErrors].flat()) {
    const key = keys[writeError.index];
    if (key !== undefined) errors.set(key, writeError);
  }
  const complete =
    errors.size > 0 &&
    error.result.getWriteConcernError() === undefined &&
    error.matchedCount + error.upsertedCount + errors.size === keys.length;
  return complete ? errors : undefined;
}

function isBrokenConnection(error: unknown): boolean {
  const cause: unknown = error instanceof MongoBulkWriteError ? error.errorResponse : error;
  return cause instanceof MongoNetworkError && !(cause instanceof MongoNetworkTimeoutError);
}
