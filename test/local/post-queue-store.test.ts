import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { type Binary, BSON, type Collection, Decimal128, type Document, Long, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { PRE_QUEUE_ENV, readerNameOf } from '../../handlers/contract.ts';
import { type Envelope, encodeEnvelope } from '../../handlers/envelope.ts';
import type { OwnCode } from '../../handlers/own-code/load.ts';
import type { PostQueueCode } from '../../handlers/own-code/post-queue.ts';
import { connect } from '../../handlers/post-queue/connection.ts';
import { LISTED_DELIVERIES } from '../../handlers/post-queue/document.ts';
import { postQueueHandler } from '../../handlers/post-queue/handle.ts';
import type { PostQueueSettings } from '../../handlers/post-queue/settings.ts';
import { preQueueHandler } from '../../handlers/pre-queue/handle.ts';
import { readSettings } from '../../handlers/pre-queue/settings.ts';
import { sha256Hex } from '../../handlers/sha256.ts';
import { DATABASE_PORT, secantusDatabases } from '../../local/database.ts';
import { claimNetwork, type NetworkClaim } from '../../local/network-claim.ts';
import { Processes } from '../../local/processes.ts';
import { preparePython } from '../../local/tools/python.ts';
import type { SpecInput } from '../unit/api/specs.ts';
import { lambdaWith } from '../unit/handlers/lambda.ts';
import { desiredOf, inputOf, planOf } from '../unit/plan/inputs.ts';

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
function openHandler(
  more: Partial<PostQueueSettings> = {},
  code: OwnCode<PostQueueCode> = { kind: 'ready', exports: {} },
) {
  const settings = {
    storeUri,
    database,
    collection: collection.collectionName,
    ttlDays: undefined,
    managed: true,
    readerRole: undefined,
    storeCa: undefined,
    storeAuthority: undefined,
    ...more,
  };
  const connection = connect({ kind: 'ready', settings }, log, import.meta.url);
  if (connection.kind === 'broken') throw new Error('the URI is none');
  opened.push(connection.client);
  const handler = postQueueHandler({
    connection,
    code: async () => code,
    log,
    now: () => new Date(),
    newId: randomUUID,
    memoryMiB: 1024,
  });
  return (event: unknown) => handler(event, lambdaWith(30_000));
}

function envelope(identity: string, body: string | Buffer, change: Partial<Envelope> = {}): Envelope {
  return {
    id: randomUUID(),
    receivedAt: new Date(),
    source: 'GitHub',
    identity,
    headers: { 'x-a': ['b'] },
    body: Buffer.from(body),
    ...change,
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

describe('logins of a managed store', () => {
  const first = { user: 'nami', password: 'for-tests' };
  const second = { user: 'nami-01234567-6800000001234567', password: 'second-password' };
  const third = { user: 'nami-01234567-6800000101234567', password: 'third-password' };
  const uriOf = ({ user, password }: typeof first) =>
    storeUri.replace('nami:for-tests@', `${user}:${password}@`);
  const opensFor = async (uri: string) => {
    const other = new MongoClient(uri, { serverSelectionTimeoutMS: 3000 });
    return await other
      .connect()
      .then(() => true)
      .catch(() => false)
      .finally(() => other.close());
  };
  const readers = async () =>
    (await client.db('admin').command({ usersInfo: 1 })).users
      .map(({ user }: { user: string }) => user)
      .filter((user: string) => user.startsWith('nami-reader'));

  test('come and go while events are stored, and nobody else’s user with them', async () => {
    const admin = client.db('admin');
    await admin.command({ createUser: 'nami-app', pwd: 'x', roles: ['root'] });
    const former = openHandler({ readerRole: 'read' });
    expect(await former({ nami: 'probe' })).toMatchObject({
      store: { reachable: true, user: 'nami', reader: 'read' },
    });
    expect(await former({ nami: 'probe', addLogin: second })).toMatchObject({
      store: { reachable: true, user: 'nami', addedUser: second.user },
    });
    expect(await former({ nami: 'probe', addLogin: second }), 'asked twice').toMatchObject({
      store: { addedUser: second.user },
    });
    const refused = await former({ nami: 'probe', addLogin: { ...second, password: 'another' } });
    expect(refused, 'a login keeps its password').toMatchObject({
      store: { objection: expect.stringContaining('a new login could not be added') },
    });
    expect(JSON.stringify([refused, log.mock.calls])).not.toMatch(/another|-password|for-tests/);

    const present = openHandler({ storeUri: uriOf(second), readerRole: 'read' });
    expect(await present({ nami: 'probe' })).toMatchObject({
      store: { reachable: true, user: second.user, reader: 'read', hasFormerLogins: true },
    });
    for (const handler of [former, present])
      expect(await handler(batchOf(envelope(randomUUID(), '{}')))).toEqual(allStored);
    expect(await readers()).toEqual(['nami-reader', readerNameOf(second.user)]);

    expect(
      await former({ nami: 'probe', dropLoginsBefore: second.user }),
      'who is not in as it',
    ).toMatchObject({
      store: { reachable: true, user: 'nami' },
    });
    await present({ nami: 'probe', addLogin: third });
    const dropped = await present({ nami: 'probe', dropLoginsBefore: second.user });
    expect(dropped).toMatchObject({ store: { reachable: true, user: second.user } });
    expect(dropped).not.toHaveProperty('store.hasFormerLogins');
    expect(await readers()).toEqual([readerNameOf(second.user)]);
    expect(await Promise.all([first, second, third].map((each) => opensFor(uriOf(each))))).toEqual([
      false,
      true,
      true,
    ]);
    expect(await opensFor(uriOf({ user: 'nami-app', password: 'x' }))).toBe(true);
    expect(await present(batchOf(envelope('last', '{}')))).toEqual(allStored);
    expect(await collection.countDocuments()).toBe(3);

    await using last = new MongoClient(uriOf(second));
    await last.db('admin').command({ createUser: 'nami', pwd: 'for-tests', roles: ['root'] });
  });
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
    expect(documents.map(({ deliveryCount }) => deliveryCount)).toEqual([2, 1]);
    expect(documents[0]?.deliveries[0]).toEqual({ id: repeated.id, receivedAt: repeated.receivedAt });
  });

  test('tells what the sender said of the event and of each delivery, and nothing where it said nothing', async () => {
    const at = (second: number) => new Date(Date.UTC(2026, 0, 2, 3, 4, second));
    const first = envelope('1', '{}', { sentAt: at(0), sequence: 7, attemptedAt: at(1), attempt: 1 });
    const second = envelope('1', '{}', { sentAt: at(0), sequence: 7, attemptedAt: at(2), attempt: 2 });
    const silent = envelope('1', '{}');
    for (const one of [first, second, silent]) expect(await openHandler()(batchOf(one))).toEqual(allStored);
    expect(await collection.find().toArray()).toEqual([
      expect.objectContaining({
        sentAt: at(0),
        sequence: 7,
        deliveryCount: 3,
        deliveries: [
          { id: first.id, receivedAt: first.receivedAt, attemptedAt: at(1), attempt: 1 },
          { id: second.id, receivedAt: second.receivedAt, attemptedAt: at(2), attempt: 2 },
          { id: silent.id, receivedAt: silent.receivedAt },
        ],
      }),
    ]);
  });

  test('counts 5,000 repeats from five at once, some handed out twice, without growing', async () => {
    const handlers = Array.from({ length: 5 }, () => openHandler());
    const twins = Array.from({ length: 5 }, () => openHandler());
    const repeats = Array.from({ length: 5000 }, () => envelope('1', '{"a":1}'));
    for (let i = 0; i < repeats.length; i += 50) {
      const batches = handlers.map((_, lane) => batchOf(...repeats.slice(i + lane * 10, i + lane * 10 + 10)));
      // Every tenth time others get the same at the same moment, as when SQS hands out again what is being worked on.
      // Then fewer come between a delivery and its twin than a document lists.
      const environments = i % 500 === 0 ? [handlers, twins] : [handlers];
      const calls = environments.flatMap((each) => each.map((handler, lane) => handler(batches[lane])));
      for (const response of await Promise.all(calls)) expect(response).toEqual(allStored);
    }
    const [document, ...others] = await collection.find().toArray();
    expect(others).toEqual([]);
    expect(document?.deliveryCount).toBe(repeats.length);
    expect(document?.deliveries).toHaveLength(LISTED_DELIVERIES);
    const listed = new Set(document?.deliveries.map(({ id }: { id: string }) => id));
    expect(listed.size).toBe(LISTED_DELIVERIES);
    expect(repeats.filter(({ id }) => listed.has(id))).toHaveLength(LISTED_DELIVERIES);
    expect(BSON.calculateObjectSize(document ?? {})).toBeLessThan(16_000);

    // What is listed is known however much later it comes again.
    const late = repeats.filter(({ id }) => listed.has(id));
    expect(await openHandler()(batchOf(...late))).toEqual(allStored);
    expect(await collection.find().toArray()).toEqual([document]);
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
      if (document.payloadOmitted === undefined && document.payloadNumbers === undefined) {
        expect(document.payload).toEqual(JSON.parse(body.toString()));
      }
    }
  });

  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  test.each([
    ['a key with a dot', '{"a.b":{"c":1}}', undefined],
    ['an operator', '{"$set":{"source":"stolen"}}', undefined],
    ['an operator within', '{"a":[{"$ne":null}]}', undefined],
    ['a reference of the driver', '{"$ref":"events","$id":"GitHub:2"}', 'reserved-key'],
    ['half of one', '{"$ref":"#/definitions/a","$db":{}}', undefined],
    ['NUL in a key', '{"a\\u0000b":1}', 'reserved-key'],
    ['NUL in a text', '{"a":"b\\u0000c"}', undefined],
    ['an _id of its own', '{"_id":"GitHub:other","deliveryCount":99,"deliveries":[]}', undefined],
    ['an _id that is an operator', '{"_id":{"$oid":"0123456789abcdef01234567"}}', undefined],
    ['__proto__', '{"__proto__":{"admin":true}}', 'reserved-key'],
    ['a type of the driver', '{"_bsontype":"Long","low":1,"high":0}', 'reserved-key'],
    ['an empty key', '{"":1,"a$":2}', undefined],
    ['keys that are numbers, in an order of their own', '{"b":1,"2":2,"a":3,"1":4}', undefined],
    ['2^53 - 1', '{"n":9007199254740991,"m":-9007199254740991,"f":1.5e-300}', undefined],
    ['a key twice', '{"a":1,"a":2}', 'duplicate-key'],
    ['half of a pair', '{"a":"\\ud800"}', 'broken-text'],
    ['99 levels', nested(99), undefined],
    ['100 levels', nested(100), 'too-deep'],
    ['100,000 levels', nested(100_000), 'too-deep'],
    ['1 MiB that is 8 MB parsed', `[${'{},'.repeat(349_000)}{}]`, undefined],
    ['4.5 MB that are 30 MB parsed', `[${'{},'.repeat(1_500_000)}{}]`, 'too-large'],
    ['a form', 'a=1&b[$ne]=2', 'not-json'],
    ['bytes that are no text', Buffer.from([0, 0xff, 0xfe, 0x80]), 'not-utf8'],
    ['nothing', '', 'empty'],
  ])('gives %s back as it was', async (_, body, payloadOmitted) => {
    const handler = openHandler();
    const one = envelope('1', body);
    const repeat = envelope('1', body);
    expect(await handler(batchOf(one, envelope('2', '{}')))).toEqual(allStored);
    expect(await handler(batchOf(repeat))).toEqual(allStored);

    const [document, other, ...further] = await collection.find().sort({ _id: 1 }).toArray();
    expect(further).toEqual([]);
    expect(other).toMatchObject({ _id: 'GitHub:2', source: 'GitHub', payload: {}, deliveryCount: 1 });
    expect(document).toMatchObject({ _id: 'GitHub:1', source: 'GitHub', deliveryCount: 2 });
    expect(document?.deliveries.map(({ id }: { id: string }) => id)).toEqual([one.id, repeat.id]);
    expect(one.body.compare((document?.body as Binary | undefined)?.buffer ?? Buffer.from('none'))).toBe(0);
    expect(document?.payloadOmitted).toBe(payloadOmitted);
    // As text, so that the order of the keys counts too.
    const wanted = payloadOmitted ?? JSON.stringify(JSON.parse(one.body.toString()));
    expect((payloadOmitted ?? JSON.stringify(document?.payload)) === wanted).toBe(true);
    expect(document !== undefined && 'payload' in document).toBe(payloadOmitted === undefined);
  });

  test('keeps every digit of a number, so that it can be queried by it', async () => {
    const body = '{"a":{"id":9007199254740993,"price":0.12345678901234567890,"text":1e7000}}';
    expect(await openHandler()(batchOf(envelope('1', body)))).toEqual(allStored);
    const id = Long.fromString('9007199254740993');
    const found = await collection.findOne({ 'payload.a.id': id });
    expect(found).toMatchObject({
      payload: { a: { id, price: Decimal128.fromString('0.12345678901234567890'), text: '1e7000' } },
      payloadNumbers: [
        { at: '/a/id', as: 'long' },
        { at: '/a/price', as: 'decimal' },
        { at: '/a/text', as: 'text' },
      ],
    });
    expect(await collection.countDocuments({ 'payload.a.id': id.add(1) })).toBe(0);
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
    const handler = openHandler({ ttlDays: 30 });
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
    const { expiresAt, receivedAt }: Document = (await collection.findOne()) ?? {};
    expect(await handler({ nami: 'probe' })).toMatchObject({
      store: {
        documents: 1,
        oldestEvent: receivedAt.toISOString(),
        version: expect.stringMatching(/^\d+\.\d+/),
        latencyMilliseconds: expect.any(Number),
      },
    });
    expect(expiresAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(expiresAt.getTime()).toBeLessThan(before + 60_000);

    await collection.dropIndex('receivedAt_1');
    await collection.createIndex({ receivedAt: 1 }, { expireAfterSeconds: 3600 });
    const restarted = openHandler({ ttlDays: 30 });
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

describe('a request that brings several events', () => {
  const requests = () => client.db(database).collection(`${collection.collectionName}.requests`);
  const bytesOf = (document: Document) => Buffer.from((document.body as Binary).value()).toString();

  /** The function before the queue as the operator makes it of a pipeline, and what it puts into the queue of a body. */
  async function queued(source: SpecInput['source'], body: string) {
    const { environment } = desiredOf(planOf(inputOf({ source })), 'Function', 'pre-queue') as {
      environment: Record<string, string>;
    };
    const messages: string[] = [];
    const handler = preQueueHandler({
      configuration: readSettings({ ...environment, [PRE_QUEUE_ENV.queueUrl]: 'https://sqs.example/1/q' }),
      code: async () => ({ kind: 'ready', exports: {} }),
      sendMessage: async (message) => void messages.push(message),
      now: () => new Date(),
      newId: randomUUID,
      log,
      functionName: 'pre-queue',
    });
    expect(await handler({ httpMethod: 'POST', body }, lambdaWith(10_000))).toMatchObject({
      statusCode: 200,
    });
    return { Records: messages.map((message) => ({ messageId: randomUUID(), body: message })) };
  }

  test('is a document for each, from the pipeline’s spec to the store, however they are grouped on a retry', async () => {
    const source = { type: 'None' as const, eventId: { each: '$.events', jsonPath: '$.id' } };
    const [a, b, c] = ['{"id":"a", "n":1}', '{"id":"b","@odata.type":"#x"}', '{"id":9007199254740993}'];
    const handler = openHandler({ ttlDays: 30 });
    for (const group of [`${a},${b}`, `${a}, ${c}`]) {
      expect(await handler(await queued(source, `{"events":[${group}],"more":true}`))).toEqual(allStored);
    }
    const documents = await collection.find().sort({ receivedAt: 1, _id: 1 }).toArray();
    expect(documents.map(bytesOf)).toEqual([a, b, c]);
    expect(documents).toMatchObject([
      { _id: 'None:a', identity: 'a', payload: { id: 'a', n: 1 }, deliveryCount: 2 },
      { _id: 'None:b', payload: { '@odata.type': '#x' }, deliveryCount: 1 },
      // A whole number beyond 2^53 has lost digits where it is looked for as an identity: the bytes have them.
      { _id: `None:sha256:${sha256Hex(c ?? '')}`, payloadNumbers: [{ at: '/id', as: 'long' }] },
    ]);
    const kept = await requests().find().sort({ receivedAt: 1 }).toArray();
    expect(kept.map(bytesOf)).toEqual([
      `{"events":[${a},${b}],"more":true}`,
      `{"events":[${a}, ${c}],"more":true}`,
    ]);
    for (const { deliveries, ...document } of documents) {
      for (const { request, offset } of deliveries) {
        const whole = kept.find(({ _id }) => _id === request) ?? {};
        const bytes = Buffer.from(bytesOf(document));
        expect(Buffer.from(bytesOf(whole)).subarray(offset, offset + bytes.length)).toEqual(bytes);
      }
    }
    expect(await requests().indexes()).toEqual(
      expect.arrayContaining([expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 })]),
    );
  });

  test('of 10,000 elements is stored, and handed out again changes nothing', {
    timeout: 120_000,
  }, async () => {
    const body = JSON.stringify(Array.from({ length: 10_000 }, (_, id) => ({ id, note: 'Grüße' })));
    const handler = openHandler();
    const batch = await queued({ type: 'None', eventId: { each: '$' } }, body);
    for (let i = 0; i < 2; i++) {
      expect(await handler(batch)).toEqual(allStored);
      expect(await collection.countDocuments({ deliveryCount: 1 })).toBe(10_000);
    }
    expect(await requests().countDocuments({ deliveryCount: 1 })).toBe(1);
  });

  test('is worked on element by element', async () => {
    const seen: unknown[] = [];
    const process: PostQueueCode['process'] = ({ payload }, { attempt }) => {
      seen.push(payload);
      if (payload === 2 && attempt === 1) throw new Error('not now');
    };
    const handler = openHandler({}, { kind: 'ready', exports: { process } });
    const batch = await queued({ type: 'None', eventId: { each: '$' } }, '[1,2,3]');
    expect(await handler(batch)).toMatchObject({ batchItemFailures: [{}] });
    expect(await handler(batch)).toEqual(allStored);
    expect(seen.toSorted()).toEqual([1, 2, 2, 3]);
  });
});

describe('own code on a real store', () => {
  const openOwn = (process: PostQueueCode['process']) =>
    openHandler({}, { kind: 'ready', exports: { process } });

  test('of twenty who get an event at once one works on it, and the others leave it in the queue', async () => {
    let running = 0;
    const seen: number[] = [];
    const others = Promise.withResolvers<void>();
    const handlers = Array.from({ length: 20 }, () =>
      openOwn(async () => {
        seen.push(++running);
        // Works until all others were turned away, or until it is seen that one was not.
        if (running > 1) others.resolve();
        await others.promise;
        running -= 1;
      }),
    );
    const event = envelope('1', '{}');
    let answered = 0;
    const answers = await Promise.all(
      handlers.map(async (handler) => {
        const answer = await handler(batchOf(event));
        if (++answered === handlers.length - 1) others.resolve();
        return answer;
      }),
    );
    expect(seen).toEqual([1]);
    expect(
      answers.filter((answer) => 'batchItemFailures' in answer && answer.batchItemFailures.length === 0),
    ).toHaveLength(1);
    // Later it is done, and nobody works on it again.
    expect(await handlers[0]?.(batchOf(event))).toEqual(allStored);
    expect(seen).toEqual([1]);
    expect(await collection.findOne()).toMatchObject({
      deliveryCount: 1,
      processing: { attempts: 1, finishedAt: expect.any(Date) },
    });
  });

  test('what failed is worked on again, and a lease that ran out is taken', async () => {
    const attempts: number[] = [];
    const handler = openOwn(async (_, { attempt }) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error(`not at attempt ${attempt}`);
    });
    const message = batchOf(envelope('1', '{}'));
    expect(await handler(message)).not.toEqual(allStored);
    expect((await collection.findOne())?.processing).toEqual({
      attempts: 1,
      failedAt: expect.any(Date),
      error: 'Error: not at attempt 1',
    });
    expect(await handler(message)).not.toEqual(allStored);
    // As after a run that was killed.
    const until = (milliseconds: number) => ({
      $set: {
        'processing.leaseId': 'gone',
        'processing.leasedUntil': new Date(Date.now() + milliseconds),
      },
    });
    await collection.updateOne({}, until(60_000));
    expect(await handler(message)).not.toEqual(allStored);
    expect(attempts).toEqual([1, 2]);
    await collection.updateOne({}, until(-1));
    expect(await handler(message)).toEqual(allStored);
    expect(attempts).toEqual([1, 2, 3]);
    expect((await collection.findOne())?.processing).toEqual({ attempts: 3, finishedAt: expect.any(Date) });
  });

  test('what it removes is done with', async () => {
    const handler = openOwn(async ({ _id }, { database: own }) => {
      await own.collection<{ _id: string }>(collection.collectionName).deleteOne({ _id });
    });
    expect(await handler(batchOf(envelope('1', '{}')))).toEqual(allStored);
    expect(await collection.countDocuments()).toBe(0);
  });

  test('an id that is undefined finds nothing, rather than everything', async () => {
    const handler = openOwn(async (_, { database: own }) => {
      const { missing } = {} as { missing: string };
      await own.collection<{ _id: string }>(collection.collectionName).deleteMany({ _id: missing });
    });
    expect(await handler(batchOf(envelope('1', '{}'), envelope('2', '{}')))).toEqual(allStored);
    expect(await collection.countDocuments()).toBe(2);
  });

  test('that can’t be loaded keeps nothing from being stored', async () => {
    const problems = [{ code: true, message: 'it does not load: Error: away' }] as const;
    const handler = openHandler({}, { kind: 'broken', problems });
    expect(await handler(batchOf(envelope('1', '{}'), envelope('2', '{}')))).toMatchObject({
      batchItemFailures: { length: 2 },
    });
    expect(await collection.countDocuments()).toBe(2);
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ error: expect.stringContaining('away') }));
    expect(await handler({ nami: 'probe' })).toMatchObject({ problems, store: { reachable: true } });
  });
});
