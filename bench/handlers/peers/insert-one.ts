import { Binary, MongoClient } from 'mongodb';
import { POST_QUEUE_ENV } from '../../../handlers/contract.ts';
import { decodeEnvelope } from '../../../handlers/envelope.ts';
import type { SqsBatch } from '../../../handlers/post-queue/batch.ts';

const client = new MongoClient(process.env[POST_QUEUE_ENV.storeUri] ?? '');
const events = client
  .db(process.env[POST_QUEUE_ENV.database])
  .collection(process.env[POST_QUEUE_ENV.collection] ?? '');

/** The handler for batches of one: the same document as ours, each inserted by itself and as durably. */
export async function handler({ Records }: SqsBatch): Promise<{ batchItemFailures: [] }> {
  for (const record of Records) {
    const { body, ...rest } = decodeEnvelope(record.body);
    const payload: unknown = JSON.parse(body.toString());
    const document = { ...rest, body: new Binary(body), payload };
    await events.insertOne(document, { writeConcern: { w: 'majority', journal: true } });
  }
  return { batchItemFailures: [] };
}
