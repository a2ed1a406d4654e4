import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { POST_QUEUE_ENV } from '../../../handlers/contract.ts';
import { decodeEnvelope } from '../../../handlers/envelope.ts';
import type { SqsBatch } from '../../../handlers/post-queue/batch.ts';
import { type EventDocument, newEvent } from '../../../handlers/post-queue/document.ts';
import { memoryForEvents } from '../../../handlers/post-queue/memory.ts';
import { weigh } from '../../../handlers/post-queue/payload.ts';

const client = new MongoClient(process.env[POST_QUEUE_ENV.storeUri] ?? '');
const events = client
  .db(process.env[POST_QUEUE_ENV.database])
  .collection<EventDocument>(process.env[POST_QUEUE_ENV.collection] ?? '', { ignoreUndefined: true });

let ready: readonly EventDocument[] | undefined;

/** The driver alone: hands it the documents of the first batch, each time as new ones, whatever the batch holds. */
export async function handler({ Records }: SqsBatch): Promise<{ batchItemFailures: [] }> {
  ready ??= Records.map(({ body }) => {
    const envelope = decodeEnvelope(body);
    return newEvent({ envelope }, weigh(envelope.body, memoryForEvents(256)), new Date(), undefined);
  });
  const documents = ready.slice(0, Records.length).map((event) => ({ ...event, _id: randomUUID() }));
  await events.insertMany(documents, { ordered: false, writeConcern: { w: 'majority', journal: true } });
  return { batchItemFailures: [] };
}
