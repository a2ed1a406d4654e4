import {
  type AnyBulkWriteOperation,
  type BulkWriteResult,
  type Collection,
  MongoBulkWriteError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  type WriteError,
} from 'mongodb';
import type { EventDocument, EventWrites, NewEvent } from './document.ts';

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
 * Throws {@link StoreError} where that can't be said event by event. Events that are new, as most are, take one call;
 * those that are there take a second one for their deliveries.
 */
export async function storeEvents(
  collection: EventCollection,
  events: readonly NewEvent[],
): Promise<ReadonlyMap<number, Error>> {
  const failures = new Map<number, Error>();
  const fail = (index: number, error: WriteError) =>
    failures.set(index, new Error(error.errmsg ?? 'write error', { cause: error }));
  const repeats = new Map<number, Operation>();

  let pending: ReadonlyMap<number, EventWrites> = new Map(events.entries());
  for (let round = 1; pending.size > 0; round++) {
    const { errors, upserted, counted } = await write(
      collection,
      mapValues(pending, ({ upsert }) => upsert),
    );
    if (counted + errors.size !== pending.size) {
      throw new StoreError(`of ${pending.size} writes ${counted} were counted and ${errors.size} refused`);
    }
    const taken = new Map<number, NewEvent>();
    for (const [index, { addDelivery }] of pending) {
      const error = errors.get(index);
      const event = events[index];
      if (event && error?.code === DUPLICATE_KEY && round < MAX_ROUNDS) taken.set(index, event);
      else if (error !== undefined) fail(index, error);
      else if (!upserted.has(index)) repeats.set(index, addDelivery);
    }
    pending = taken.size === 0 ? new Map() : await settle(collection, taken);
  }

  if (repeats.size > 0) {
    const { errors } = await write(collection, repeats);
    for (const [index, error] of errors) fail(index, error);
  }
  return failures;
}

function mapValues<K, V, W>(map: ReadonlyMap<K, V>, change: (value: V) => W): Map<K, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

/** An identity that is taken stands for the same bytes, written by someone else just now, or for others: a conflict. */
async function settle(
  collection: EventCollection,
  taken: ReadonlyMap<number, NewEvent>,
): Promise<Map<number, EventWrites>> {
  const ids = [...taken.values()].map(({ id }) => id);
  const documents = await collection
    .find({ _id: { $in: ids } }, { projection: { bodySha256: 1 }, maxTimeMS: 5000 })
    .toArray()
    .catch((cause: unknown) => {
      throw new StoreError('the store could not be read', { cause });
    });
  const sha256ById = new Map(documents.map((document) => [document._id, document.bodySha256]));
  return mapValues(taken, (event) => {
    // A document that has gone since (it expired) is no conflict: then this event is the first again.
    const sameBytes = (sha256ById.get(event.id) ?? event.bodySha256) === event.bodySha256;
    return sameBytes ? event : event.conflict;
  });
}

/** What came of a bulk write, by the operations' keys. */
interface Outcome {
  readonly errors: ReadonlyMap<number, WriteError>;
  /** Which made a document. */
  readonly upserted: ReadonlySet<number>;
  /** How many made a document or found theirs. */
  readonly counted: number;
}

/**
 * One unordered bulk write. All operations are idempotent, so a connection that broke while the function was frozen is
 * not worth a redelivery: the write is tried once more.
 */
async function write(
  collection: EventCollection,
  operations: ReadonlyMap<number, Operation>,
): Promise<Outcome> {
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
): Promise<Outcome> {
  const keys = [...operations.keys()];
  const outcome = (
    { matchedCount, upsertedCount, upsertedIds }: Counts,
    errors: Outcome['errors'] = new Map(),
  ): Outcome => ({
    errors,
    upserted: new Set(Object.keys(upsertedIds).flatMap((index) => keys[Number(index)] ?? [])),
    counted: matchedCount + upsertedCount,
  });
  const options = { ordered: false, writeConcern: WRITE_CONCERN } as const;
  try {
    return outcome(await collection.bulkWrite([...operations.values()], options));
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const errors = writeErrors(error, keys);
    // The driver throws this error for what concerns single operations, but also for a write concern that wasn't
    // reached and for a connection lost between two parts of a batch.
    if (errors.size === 0 || error.result.getWriteConcernError() !== undefined) throw error;
    return outcome(error, errors);
  }
}

type Counts = Pick<BulkWriteResult, 'matchedCount' | 'upsertedCount' | 'upsertedIds'>;

function writeErrors(error: MongoBulkWriteError, keys: readonly number[]): Map<number, WriteError> {
  const errors = new Map<number, WriteError>();
  for (const writeError of [error.writeErrors].flat()) {
    const key = keys[writeError.index];
    if (key !== undefined) errors.set(key, writeError);
  }
  return errors;
}

function isBrokenConnection(error: unknown): boolean {
  const cause: unknown = error instanceof MongoBulkWriteError ? error.errorResponse : error;
  return cause instanceof MongoNetworkError && !(cause instanceof MongoNetworkTimeoutError);
}
