import {
  type AnyBulkWriteOperation,
  BSON,
  type BulkWriteResult,
  MongoBulkWriteError,
  type WriteError,
} from 'mongodb';
import type { EventDocument, StoredDelivery } from '../../../../handlers/post-queue/document.ts';
import type { EventCollection } from '../../../../handlers/post-queue/store.ts';

type Operation = AnyBulkWriteOperation<EventDocument>;
type Stored = EventDocument & { deliveryCount: number; deliveries: StoredDelivery[] };

/** As much of a collection as the events' writes use: a unique `_id`, and a delivery that is pushed once. */
export class FakeCollection {
  readonly documents = new Map<string, Stored>();
  /** How often it was asked to write. */
  writes = 0;
  /** Runs before the given write is carried out (1 is the first); it may throw in its place. */
  before: (write: number) => void = () => undefined;
  /** What fails in place of being inserted. */
  refuses: (document: EventDocument) => boolean = () => false;
  /** Runs before it is read. */
  beforeFind: () => void = () => undefined;

  /** The collection as the code under test takes it. */
  get asCollection(): EventCollection {
    return this as unknown as EventCollection;
  }

  async bulkWrite(operations: readonly Operation[]): Promise<Partial<BulkWriteResult>> {
    this.writes += 1;
    this.before(this.writes);
    let insertedCount = 0;
    const errors: Partial<WriteError>[] = [];
    for (const [index, operation] of operations.entries()) {
      if ('updateOne' in operation) this.#update(operation.updateOne as unknown as DeliveryUpdate);
      else if (!('insertOne' in operation)) throw new Error('only insertOne and updateOne are known here');
      else if (this.refuses(operation.insertOne.document as Stored))
        errors.push({ index, code: 57, errmsg: 'not valid for storage' });
      else if (this.#insert(operation.insertOne.document as Stored)) insertedCount += 1;
      else errors.push({ index, code: 11000, errmsg: 'E11000 duplicate key error' });
    }
    if (errors.length > 0) throw bulkWriteError(errors, insertedCount);
    return { insertedCount };
  }

  find({ _id: { $in: ids } }: { _id: { $in: readonly string[] } }) {
    this.beforeFind();
    return { toArray: async () => ids.flatMap((id) => this.documents.get(id) ?? []) };
  }

  #insert(document: Stored): boolean {
    if (this.documents.has(document._id)) return false;
    // Values of its own, as a server's.
    const bytes = BSON.serialize(document, { ignoreUndefined: true });
    this.documents.set(document._id, BSON.deserialize(bytes) as Stored);
    return true;
  }

  #update({ filter, update }: DeliveryUpdate): void {
    const existing = this.documents.get(filter._id);
    const listed = existing?.deliveries.some(({ id }) => id === filter['deliveries.id'].$ne);
    if (existing === undefined || listed) return;
    if (filter.bodySha256 !== undefined && existing.bodySha256 !== filter.bodySha256) return;
    if (filter.contentSha256 !== undefined && existing.contentSha256 !== filter.contentSha256) return;
    const { $each, $slice } = update.$push.deliveries;
    existing.deliveries = [...existing.deliveries, ...$each].slice($slice);
    existing.deliveryCount += update.$inc.deliveryCount;
  }
}

interface DeliveryUpdate {
  readonly filter: {
    _id: string;
    bodySha256?: string;
    contentSha256?: string;
    'deliveries.id': { $ne: string };
  };
  readonly update: {
    $inc: { deliveryCount: number };
    $push: { deliveries: { $each: StoredDelivery[]; $slice: number } };
  };
}

/** The driver's error, as it is thrown after some operations of a bulk write failed. */
export function bulkWriteError(
  writeErrors: readonly Partial<WriteError>[],
  insertedCount: number,
  writeConcernError?: object,
): MongoBulkWriteError {
  const result = {
    insertedCount,
    getWriteConcernError: () => writeConcernError,
  } as unknown as BulkWriteResult;
  return new MongoBulkWriteError(
    { message: 'some failed', code: 1, writeErrors: writeErrors as WriteError[] },
    result,
  );
}
