import {
  type AnyBulkWriteOperation,
  type BulkWriteResult,
  MongoBulkWriteError,
  type WriteError,
} from 'mongodb';
import type { EventDocument } from '../../../../handlers/post-queue/document.ts';
import type { EventCollection } from '../../../../handlers/post-queue/store.ts';

type Operation = AnyBulkWriteOperation<EventDocument>;
type Stored = EventDocument & { deliveries: { id: string; receivedAt: Date }[] };

/** As much of a collection as the events' upserts use: a unique `_id`, `$setOnInsert`, `$addToSet`. */
export class FakeCollection {
  readonly documents = new Map<string, Stored>();
  /** How often it was asked to write. */
  writes = 0;
  /** Runs before the given write is carried out (1 is the first); it may throw in its place. */
  before: (write: number) => void = () => undefined;

  /** The collection as the code under test takes it. */
  get asCollection(): EventCollection {
    return this as unknown as EventCollection;
  }

  async bulkWrite(operations: readonly Operation[]): Promise<Partial<BulkWriteResult>> {
    this.writes += 1;
    this.before(this.writes);
    const counts = { matchedCount: 0, upsertedCount: 0 };
    const errors: Partial<WriteError>[] = [];
    for (const [index, operation] of operations.entries()) {
      const outcome = this.#upsert(operation);
      if (outcome === 'duplicate') errors.push({ index, code: 11000, errmsg: 'E11000 duplicate key error' });
      else counts[outcome] += 1;
    }
    if (errors.length > 0) throw bulkWriteError(errors, counts);
    return counts;
  }

  find({ _id: { $in: ids } }: { _id: { $in: readonly string[] } }) {
    return { toArray: async () => ids.flatMap((id) => this.documents.get(id) ?? []) };
  }

  #upsert(operation: Operation): 'matchedCount' | 'upsertedCount' | 'duplicate' {
    if (!('updateOne' in operation)) throw new Error('only updateOne is known here');
    const { filter, update } = operation.updateOne as unknown as {
      filter: { _id: string; bodySha256: string };
      update: { $setOnInsert: object; $addToSet: { deliveries: { id: string; receivedAt: Date } } };
    };
    const existing = this.documents.get(filter._id);
    const delivery = update.$addToSet.deliveries;
    if (existing === undefined) {
      this.documents.set(filter._id, { ...filter, ...update.$setOnInsert, deliveries: [delivery] } as Stored);
      return 'upsertedCount';
    }
    if (existing.bodySha256 !== filter.bodySha256) return 'duplicate';
    if (!existing.deliveries.some(({ id }) => id === delivery.id)) existing.deliveries.push(delivery);
    return 'matchedCount';
  }
}

/** The driver's error, as it is thrown after some operations of a bulk write failed. */
export function bulkWriteError(
  writeErrors: readonly Partial<WriteError>[],
  counts: { matchedCount: number; upsertedCount: number },
  writeConcernError?: object,
): MongoBulkWriteError {
  const result = { ...counts, getWriteConcernError: () => writeConcernError } as unknown as BulkWriteResult;
  return new MongoBulkWriteError(
    { message: 'some failed', code: 1, writeErrors: writeErrors as WriteError[] },
    result,
  );
}
