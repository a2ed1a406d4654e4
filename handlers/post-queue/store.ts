import {
  type AnyBulkWriteOperation,
  type BulkWriteResult,
  type Collection,
  MongoBulkWriteError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  type WriteError,
} from 'mongodb';
import {
  conflicting,
  contentOf,
  type EventDocument,
  LISTED_DELIVERIES,
  type NewEvent,
  withoutCopy,
} from './document.ts';
import { hasOddKeys } from './payload.ts';
import { WRITE_CONCERN } from './write-concern.ts';

/** The `_id` of the document that holds an event, or why it is not known to be stored. */
export type StoreResult = { readonly id: string } | { readonly error: Error };

/** The store as a whole didn't answer as it should: it is unknown which events of the batch it has. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** What is used of a collection. */
export type EventCollection = Pick<Collection<EventDocument>, 'bulkWrite' | 'find'>;

const DUPLICATE_KEY = 11000;

/**
 * A conflict that comes again takes three: its identity is taken, then so is the conflict's own, then the delivery is
 * added. One more is for a copy that the store refuses, and one for whoever settles the same at the same moment.
 */
const MAX_ROUNDS = 5;

/** The next write for an event, which may run any number of times, at once too. */
interface Write {
  /** The event's, in its batch. */
  readonly index: number;
  readonly event: NewEvent;
  readonly operation: AnyBulkWriteOperation<EventDocument>;
}

/**
 * Stores events that may have been stored before; resolves to what became of each, in order. Throws {@link StoreError}
 * where that can't be said event by event. Events that are new, as most are, take one call together.
 */
export async function storeEvents(
  collection: EventCollection,
  events: readonly NewEvent[],
): Promise<readonly StoreResult[]> {
  const results: StoreResult[] = [];
  let writes = events.map((event, index) => insert(index, event));
  for (let round = 1; writes.length > 0; round++) {
    const errors = await write(collection, writes);
    const taken: Write[] = [];
    const others: Write[] = [];
    for (const [position, each] of writes.entries()) {
      const error = errors.get(position);
      const isLast = round === MAX_ROUNDS;
      if (error === undefined) results[each.index] = { id: each.event._id };
      else if (error.code === DUPLICATE_KEY && !isLast) taken.push(each);
      else if (!isLast && hasOddKeys(each.event.payload))
        others.push(insert(each.index, withoutCopy(each.event)));
      else results[each.index] = { error: new Error(error.errmsg ?? 'write error', { cause: error }) };
    }
    writes = [...(await settle(collection, taken)), ...others];
  }
  return results;
}

/** Whoever else is writing: the unique index on `_id` decides who is first. */
function insert(index: number, event: NewEvent): Write {
  return { index, event, operation: { insertOne: { document: event } } };
}

/** Changes nothing where the delivery is listed. */
function addDelivery(index: number, event: NewEvent): Write {
  const { _id, bodySha256, contentSha256, deliveries } = event;
  const content = contentSha256 === undefined ? { bodySha256 } : { contentSha256 };
  const filter = { _id, ...content, 'deliveries.id': { $ne: deliveries[0].id } };
  const update = {
    $inc: { deliveryCount: 1 },
    $push: { deliveries: { $each: [...deliveries], $slice: -LISTED_DELIVERIES } },
  };
  return { index, event, operation: { updateOne: { filter, update } } };
}

/** What to write for events whose `_id` is taken, as durably as any: a refusal waits for its write concern as well. */
async function settle(collection: EventCollection, refused: readonly Write[]): Promise<Write[]> {
  if (refused.length === 0) return [];
  const ids = refused.map(({ event }) => event._id);
  const documents = await collection
    .find(
      { _id: { $in: ids } },
      { projection: { bodySha256: 1, contentSha256: 1 }, readPreference: 'primary', maxTimeMS: 5000 },
    )
    .toArray()
    .catch((cause: unknown) => {
      throw new StoreError('the store could not be read', { cause });
    });
  const contentById = new Map(documents.map((document) => [document._id, contentOf(document)]));
  return refused.map(({ index, event }) => {
    const content = contentById.get(event._id);
    // It expired since: the event is the first again.
    if (content === undefined) return insert(index, event);
    return content === contentOf(event) ? addDelivery(index, event) : insert(index, conflicting(event));
  });
}

/**
 * One unordered bulk write; resolves to the errors by the position of their write. All writes are idempotent, so a
 * connection that broke while the function was frozen is not worth a redelivery: they are tried once more.
 */
async function write(
  collection: EventCollection,
  writes: readonly Write[],
): Promise<ReadonlyMap<number, WriteError>> {
  const operations = writes.map(({ operation }) => operation);
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
  operations: readonly AnyBulkWriteOperation<EventDocument>[],
): Promise<ReadonlyMap<number, WriteError>> {
  const errors = new Map<number, WriteError>();
  let result: BulkWriteResult;
  try {
    result = await collection.bulkWrite(operations, { ordered: false, writeConcern: WRITE_CONCERN });
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    for (const writeError of [error.writeErrors].flat()) errors.set(writeError.index, writeError);
    // The driver throws this error for what concerns single operations, but also for a write concern that wasn't
    // reached and for a connection lost between two parts of a batch.
    if (errors.size === 0 || error.result.getWriteConcernError() !== undefined) throw error;
    result = error.result;
  }
  const inserts = operations.filter((operation, index) => 'insertOne' in operation && !errors.has(index));
  if (result.insertedCount !== inserts.length) {
    throw new Error(`${inserts.length} documents were to be inserted, ${result.insertedCount} were`);
  }
  return errors;
}

function isBrokenConnection(error: unknown): boolean {
  const cause: unknown = error instanceof MongoBulkWriteError ? error.errorResponse : error;
  return cause instanceof MongoNetworkError && !(cause instanceof MongoNetworkTimeoutError);
}
