import {
  type AnyBulkWriteOperation,
  type BulkWriteResult,
  MongoBulkWriteError,
  type WriteError,
} from 'mongodb';
import type { EventDocument, StoredDelivery } from '../../../../handlers/post-queue/document.ts';
import type { EventCollection } from '../../../../handlers/post-queue/store.ts';

type Operation = AnyBulkWriteOperation<EventDocument>;
type Stored = EventDocument & { deliveryCount: number; deliveries: StoredDelivery[] };

/** As much of a collection as the events' writes use: a unique `_id`, `$setOnInsert`, a delivery that is pushed once. */
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
    const counts = { matchedCount: 0, upsertedCount: 0, upsertedIds: {} as Record<number, string> };
    const errors: Partial<WriteError>[] = [];
    for (const [index, operation] of operations.entries()) {
      const outcome = this.#update(operation);
      if (outcome === 'duplicate') errors.push({ index, code: 11000, errmsg: 'E11000 duplicate key error' });
      else if (outcome !== 'nothing') counts[outcome] += 1;
      if (outcome === 'upsertedCount') counts.upsertedIds[index] = `${index}`;
    }
    if (errors.length > 0) throw bulkWriteError(errors, counts);
    return counts;
  }

  find({ _id: { $in: ids } }: { _id: { $in: readonly string[] } }) {
    return { toArray: async () => ids.flatMap((id) => this.documents.get(id) ?? []) };
  }

  #update(operation: Operation): 'matchedCount' | 'upsertedCount' | 'duplicate' | 'nothing' {
    if (!('updateOne' in operation)) throw new Error('only updateOne is known here');
    const { filter, update, upsert } = operation.updateOne as unknown as {
      filter: { _id: string; bodySha256: string; 'deliveries.id'?: { $ne: string } };
      update: {
        $setOnInsert?: object;
        $push?: { deliveries: { $each: StoredDelivery[]; $slice: number } };
      };
      upsert?: boolean;
    };
    const existing = this.documents.get(filter._id);
    const sameBytes = existing?.bodySha256 === filter.bodySha256;
    if (upsert) {
      if (existing !== undefined) return sameBytes ? 'matchedCount' : 'duplicate';
      // Values of its own, as a server's.
      this.documents.set(filter._id, structuredClone({ ...filter, ...update.$setOnInsert }) as Stored);
      return 'upsertedCount';
    }
    const listed = existing?.deliveries.some(({ id }) => id === filter['deliveries.id']?.$ne);
    if (existing === undefined || !sameBytes || listed || update.$push === undefined) return 'nothing';
    const { $each, $slice } = update.$push.deliveries;
    existing.deliveries = [...existing.deliveries, ...$each].slice($slice);
    existing.deliveryCount += 1;
    return 'matchedCount';
  }
}

/** The driver's error, as it is thrown after some operations of a bulk write failed. */
export function bulkWriteError(
  writeErrors: readonly Partial<WriteError>[],
  counts: { matchedCount: number; upsertedCount: number; upsertedIds?: Record<number, string> },
  writeConcernError?: object,
): MongoBulkWriteError {
  const result = {
    upsertedIds: {},
    ...counts,
    getWriteConcernError: () => writeConcernError,
  } as unknown as BulkWriteResult;
  return new MongoBulkWriteError(
    { message: 'some failed', code: 1, writeErrors: writeErrors as WriteError[] },
    result,
  );
}
