import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { type Binary, type Collection, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Envelope, encodeEnvelope } from '../../handlers/envelope.ts';
import { connect } from '../../handlers/post-queue/connection.ts';
import { postQueueHandler } from '../../handlers/post-queue/handle.ts';
import { sha256Hex } from '../../handlers/sha256.ts';
import { DATABASE_PORT, secantusDatabases } from '../../local/database.ts';
import { claimNetwork, type NetworkClaim } from '../../local/network-claim.ts';
import { Processes } from '../../local/processes.ts';
import { preparePython } from '../../local/tools/python.ts';

const folder = '.nami/test-store';
const database = `nami-test-${randomUUID().slice(0, 8)}`;
let processes: Processes;
let network: NetworkClaim;
let storeUri: string;
let client: MongoClient;
const log = vi.fn();
const opened: MongoClient[] = [];
let collection: Collection<Document>;

/** A function's environment of its own: its own client, as after a cold start. */
function openHandler(ttlDays?: number) {
  const settings = { storeUri, database, collection: collection.collectionName, ttlDays, managed: true };
  const connection = connect({ kind: 'ready', settings });
  if (connection.kind === 'broken') throw new Error('the URI is none');
  opened.push(connection.client);
  return postQueueHandler(connection, log, () => new Date());
}

function envelope(identity: string, body: string | Buffer): Envelope {
  return {
    id: randomUUID(),
    receivedAt: new Date(),
    source: 'GitHub',
    identity,
    headers: { 'x-a': ['b'] },
    body: Buffer.from(body),
  };
}

const batchOf = (...envelopes: Envelope[]) => ({
  Records: envelopes.map((one) => ({ messageId: randomUUID(), body: encodeEnvelope(one) })),
});
const allStored = { batchItemFailures: [] };

beforeAll(async () => {
  network = await claimNetwork();
  processes = await Processes.open(folder, () => {});
  const address = network.cidr.replace('0.0/16', '0.4');
  const volume = `${folder}/volumes/vol-0`;
  rmSync(volume, { recursive: true, force: true });
  const programs = await preparePython(processes, () => {});
  const startDatabase = secantusDatabases(programs, processes);
  await startDatabase({ instanceId: 'i-0', address, volume, user: 'nami', password: 'for-tests' });
  storeUri = `mongodb://nami:for-tests@${address}:${DATABASE_PORT}/?authSource=admin`;
  client = new MongoClient(storeUri);
  await client.connect();
});

beforeEach(() => {
  collection = client.db(database).collection(`events-${randomUUID().slice(0, 8)}`);
  log.mockReset();
});

afterAll(async () => {
  await Promise.all([client, ...opened].map((each) => each.close()));
  await processes.stop();
  network.release();
});

describe('the post-queue function on a real store', () => {
  test('stores an event once, whatever is delivered how often', async () => {
    const handler = openHandler();
    const repeated = envelope('1', '{"n":1}');
    expect(await handler(batchOf(repeated, envelope('2', 'a=b'), repeated))).toEqual(allStored);
    expect(await handler(batchOf(repeated, envelope('1', '{"n":1}')))).toEqual(allStored);

    const documents = await collection.find().sort({ _id: 1 }).toArray();
    expect(documents).toMatchObject([
      { _id: 'GitHub:1', payload: { n: 1 }, headers: { 'x-a': ['b'] }, receivedAt: repeated.receivedAt },
      { _id: 'GitHub:2', payloadOmitted: 'not-json' },
    ]);
    expect(documents.map(({ deliveries }) => deliveries.length)).toEqual([2, 1]);
    expect(documents[0]?.deliveries[0]).toEqual({ id: repeated.id, receivedAt: repeated.receivedAt });
  });

  test('keeps one identity with other bytes beside the first, marked, once', async () => {
    const handler = openHandler();
    const batch = batchOf(envelope('1', 'a'), envelope('1', 'b'));
    for (let i = 0; i < 2; i++) {
      expect(await handler(batch)).toEqual(allStored);
    }
    const documents = await collection.find().sort({ _id: 1 }).toArray();
    expect(
      documents.map(({ _id, conflictsWith, deliveries }) => [_id, conflictsWith, deliveries.length]),
    ).toEqual([
      ['GitHub:1', undefined, 1],
      [`GitHub:1#${sha256Hex('b')}`, 'GitHub:1', 1],
    ]);
  });

  test('makes one document of each of the bytes, though twenty write them at the same moment', async () => {
    const handlers = Array.from({ length: 5 }, () => openHandler());
    await Promise.all(handlers.map((handler) => handler({ nami: 'probe' })));
    const calls = Array.from({ length: 20 }, (_, i) =>
      handlers[i % 5]?.(batchOf(envelope('1', i % 2 === 0 ? 'even' : 'odd'), envelope('2', '{}'))),
    );
    for (const response of await Promise.all(calls)) expect(response).toEqual(allStored);

    const documents = await collection.find().toArray();
    expect(documents).toHaveLength(3);
    expect(documents.map(({ bodySha256 }) => bodySha256).sort()).toEqual(
      ['even', 'odd', '{}'].map(sha256Hex).sort(),
    );
    const deliveries = documents.map((document) => [document.identity, document.deliveries.length]).sort();
    expect(deliveries).toEqual([
      ['1', 10],
      ['1', 10],
      ['2', 20],
    ]);
  });

  test('stores any bytes exactly, and a parsed copy only where it reads back as it was', async () => {
    const handler = openHandler();
    const bodies = fc.sample(
      fc.oneof(
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.json({ stringUnit: 'binary' }).map((text) => Buffer.from(text)),
        fc
          .constantFrom(
            '{"$set":{"a":1}}',
            '{"a.b":1}',
            '{"_id":1}',
            '{"__proto__":{}}',
            '{"_bsontype":"Long"}',
          )
          .map((text) => Buffer.from(text)),
      ),
      300,
    );
    for (let i = 0; i < bodies.length; i += 10) {
      const batch = batchOf(...bodies.slice(i, i + 10).map((body, j) => envelope(String(i + j), body)));
      expect(await handler(batch)).toEqual(allStored);
    }
    for (const [i, body] of bodies.entries()) {
      const document: Document = (await collection.findOne({ identity: String(i) })) ?? {};
      expect(Buffer.from((document.body as Binary).buffer)).toEqual(body);
      if (document.payloadOmitted === undefined) {
        expect(document.payload).toEqual(JSON.parse(body.toString()));
      }
    }
  });

  test('stores a batch of the largest bodies', async () => {
    const handler = openHandler();
    const large = Buffer.alloc(4_500_000, '{"a":1},');
    const dense = Buffer.from(`[${'{},'.repeat(340_000)}{}]`);
    expect(await handler(batchOf(envelope('1', large), envelope('2', large), envelope('3', dense)))).toEqual(
      allStored,
    );
    expect(await collection.countDocuments({ payloadOmitted: 'too-large' })).toBe(2);
  });

  test('reports the message that is no envelope, and stores the others', async () => {
    const batch = { Records: [{ messageId: 'bad', body: 'hello' }, ...batchOf(envelope('1', '{}')).Records] };
    expect(await openHandler()(batch)).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
    expect(await collection.countDocuments()).toBe(1);
  });

  test('makes its indexes, and reports one that is in the way without failing a batch', async () => {
    const handler = openHandler(30);
    expect(await handler({ nami: 'probe' })).toMatchObject({
      problems: [],
      store: { reachable: true, documents: 0 },
    });
    const before = Date.now() + 30 * 86_400_000;
    expect(await handler(batchOf(envelope('1', '{}')))).toEqual(allStored);
    expect(await collection.indexes()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ key: { receivedAt: 1 } }),
        expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }),
      ]),
    );
    const expiresAt: Date = (await collection.findOne())?.expiresAt;
    expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(expiresAt.getTime()).toBeLessThan(before + 60_000);

    await collection.dropIndex('receivedAt_1');
    await collection.createIndex({ receivedAt: 1 }, { expireAfterSeconds: 3600 });
    const restarted = openHandler(30);
    expect(await restarted(batchOf(envelope('2', '{}')))).toEqual(allStored);
    expect(await restarted({ nami: 'probe' })).toMatchObject({
      problems: [],
      store: {
        reachable: true,
        documents: 2,
        objection: expect.stringContaining('indexes could not be made'),
      },
    });
    expect(log).toHaveBeenCalledOnce();
  });
});
