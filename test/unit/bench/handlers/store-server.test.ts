import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { quickStore } from '../../../../bench/handlers/store-server.ts';

test('a store that keeps nothing says of each insert how many documents it was', async () => {
  const server = quickStore().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/`);
  try {
    const events = client.db('bench').collection('events');
    const large = { text: 'x'.repeat(200_000) };

    expect(await events.insertOne({ ...large })).toMatchObject({ acknowledged: true });
    expect(await events.insertMany([{}, { ...large }, {}])).toMatchObject({ insertedCount: 3 });
    const operations = [{ insertOne: { document: {} } }, { insertOne: { document: { ...large } } }];
    expect(await events.bulkWrite(operations, { ordered: false })).toMatchObject({ insertedCount: 2 });
    expect(await events.find().toArray()).toEqual([]);
  } finally {
    await client.close();
    server.close();
  }
});
