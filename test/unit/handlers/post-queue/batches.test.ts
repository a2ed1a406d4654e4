import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { BatchSettings } from '../../../../handlers/contract.ts';
import { type Envelope, encodeEnvelope } from '../../../../handlers/envelope.ts';
import type { LogLine } from '../../../../handlers/log.ts';
import { type BatchDependencies, storeBatch } from '../../../../handlers/post-queue/batch.ts';
import { newEvent, newRequest } from '../../../../handlers/post-queue/document.ts';
import { storeEvents } from '../../../../handlers/post-queue/store.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { NOW } from '../deliveries.ts';
import { inSmallMemory } from '../small-memory.ts';
import { envelope, MEMORY_BYTES } from './envelopes.ts';
import { FakeCollection } from './fake-collection.ts';

const byBytes: BatchSettings = { each: '$', event: { id: [] } };
let events: FakeCollection;
let requests: FakeCollection;
let lines: LogLine[];
let unwanted: number;
let dependencies: BatchDependencies;

beforeEach(() => {
  events = new FakeCollection();
  requests = new FakeCollection();
  lines = [];
  unwanted = 0;
  dependencies = {
    toEvent: (received, weight) => newEvent(received, weight, NOW, 30),
    toRequest: (received) => newRequest(received, NOW, 30),
    store: (each) => storeEvents(events.asCollection, each),
    storeRequests: (each) => storeEvents(requests.asCollection, each),
    process: async () => new Map(),
    countUnwanted: (count) => {
      unwanted += count;
    },
    memoryBytes: MEMORY_BYTES,
    log: (line) => lines.push(line),
  };
});

/** A request as it is in the queue, known by its bytes. */
const message = (body: string | Buffer, batch = byBytes, more: Partial<Envelope> = {}) => ({
  messageId: randomUUID(),
  body: encodeEnvelope(
    envelope(`sha256:${sha256Hex(body)}`, body, {
      source: 'None',
      batch,
      headers: { 'x-a': ['b'] },
      ...more,
    }),
  ),
});

async function failed(...records: ReturnType<typeof message>[]): Promise<string[]> {
  const { batchItemFailures } = await storeBatch({ Records: records }, dependencies);
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

const bodies = () => [...events.documents.values()].map(({ body }) => Buffer.from(body.value()).toString());
const counts = () => [...events.documents.values()].map(({ deliveryCount }) => deliveryCount);

describe('a request that brings several events', () => {
  test('is one document for each, and its own bytes once', async () => {
    const body = '[{"n":1},{"n":2}]';
    expect(await failed(message(body))).toEqual([]);
    const _id = `None:sha256:${sha256Hex(body)}`;
    expect([...requests.documents.values()]).toMatchObject([{ _id, bodySha256: sha256Hex(body) }]);
    expect(requests.documents.get(_id)).not.toHaveProperty('payload');
    expect(Buffer.from(requests.documents.get(_id)?.body.value() ?? [])).toEqual(Buffer.from(body));
    const event = (bytes: string, offset: number) => ({
      _id: `None:sha256:${sha256Hex(bytes)}`,
      identity: `sha256:${sha256Hex(bytes)}`,
      headers: { 'x-a': ['b'] },
      bodySha256: sha256Hex(bytes),
      payload: JSON.parse(bytes),
      expiresAt: new Date(NOW.getTime() + 30 * 86_400_000),
      deliveryCount: 1,
      deliveries: [{ receivedAt: NOW, request: _id, offset }],
    });
    expect([...events.documents.values()]).toMatchObject([event('{"n":1}', 1), event('{"n":2}', 9)]);
    expect(bodies()).toEqual(['{"n":1}', '{"n":2}']);
  });

  test('that its sender regroups on a retry adds a delivery to those that are known', async () => {
    for (const body of ['["a","b"]', '["a","c"]', '["a"]']) expect(await failed(message(body))).toEqual([]);
    expect(bodies()).toEqual(['"a"', '"b"', '"c"']);
    expect(counts()).toEqual([3, 1, 1]);
    expect(requests.documents.size).toBe(3);
  });

  test('that is handed out again is counted once', async () => {
    const same = message('["a","b"]');
    for (let i = 0; i < 3; i++) expect(await failed(same)).toEqual([]);
    expect(counts()).toEqual([1, 1]);
    expect([...requests.documents.values()]).toMatchObject([{ deliveryCount: 1 }]);
  });

  test('with one that differs in what tells of the delivery alone is no conflict', async () => {
    const batch: BatchSettings = { each: '$', event: { id: ['{json:$.id}'] }, varying: ['$.again'] };
    await failed(message('[{"id":"a","again":false}]', batch));
    await failed(message('[{"id":"a","again":true},{"id":"a","again":true,"n":1}]', batch));
    const other = sha256Hex('{"id":"a","again":,"n":1}');
    expect([...events.documents.keys()]).toEqual(['None:a', `None:a#${other}`]);
    expect(counts()).toEqual([2, 1]);
    expect(bodies()[0]).toBe('{"id":"a","again":false}');
  });

  test('and is none after all is stored whole, with the reason', async () => {
    expect(await failed(message('{"n":1}'), message('a=b'), message('[]'))).toEqual([]);
    expect([...events.documents.values()]).toMatchObject([
      { unsplit: 'no-list', payload: { n: 1 } },
      { unsplit: 'no-list', payloadOmitted: 'not-json' },
      { unsplit: 'no-elements', payload: [] },
    ]);
    expect(requests.documents.size).toBe(0);
  });

  test('is stored in portions, beside others', async () => {
    const many = JSON.stringify(Array.from({ length: 2500 }, (_, id) => ({ id })));
    expect(await failed(message('[1]'), message(many), message('[2]'))).toEqual([]);
    expect(events.documents.size).toBe(2502);
    expect(events.writes).toBe(3);
  });
});

test('a small function stores requests of 10,000 elements each', { timeout: 60_000 }, async () => {
  const {
    events: stored,
    requests: kept,
    failed: left,
  } = await inSmallMemory<Record<string, number>>(
    160,
    `import { encodeEnvelope } from './handlers/envelope.ts';
    import { postQueueHandler } from './handlers/post-queue/handle.ts';
    import { BSON } from 'mongodb';
    const counts = { events: 0, requests: 0 };
    const collection = (name) => ({
      bulkWrite: async (operations) => {
        for (const { insertOne } of operations) BSON.serialize(insertOne.document);
        counts[name] += operations.length;
        return { insertedCount: operations.length };
      },
    });
    const handler = postQueueHandler({
      connection: {
        kind: 'ready',
        settings: {},
        client: { connect: async () => {} },
        collection: collection('events'),
        indexes: async () => {},
        requests: { collection: collection('requests'), indexes: async () => {} },
      },
      code: async () => ({ kind: 'ready', exports: {} }),
      log: () => {},
      now: () => new Date(),
      newId: () => 'id',
      memoryMiB: 256,
    });
    const batch = { each: '$', event: { id: ['{json:$.id}'] } };
    const headers = { 'x-event-id': ['a'.repeat(500)] };
    const Records = Array.from('abc', (id) => {
      const body = JSON.stringify(Array.from({ length: 10_000 }, (_, n) => ({ id: id + n, text: 'x'.repeat(400) })));
      const envelope = { id, identity: id, receivedAt: new Date(), source: 'None', batch, headers };
      return { messageId: id, body: encodeEnvelope({ ...envelope, body: Buffer.from(body) }) };
    });
    const { batchItemFailures } = await handler({ Records }, { getRemainingTimeInMillis: () => 30_000 });
    console.log(JSON.stringify({ ...counts, failed: batchItemFailures.length }));`,
  );
  expect({ stored, kept, left }).toEqual({ stored: 30_000, kept: 3, left: 0 });
});

describe('of one that can’t be stored whole', () => {
  const isPoor = ({ payload }: { readonly payload?: unknown }) => payload === 'poor';

  test('the rest is, and the message comes again for what is missing', async () => {
    events.refuses = isPoor;
    const [poor, good] = [message('["a","poor","b"]'), message('["c"]')];
    expect(await failed(poor, good)).toEqual([poor.messageId]);
    expect(bodies()).toEqual(['"a"', '"b"', '"c"']);
    expect(lines).toMatchObject([{ message: 'event not stored', messageId: poor.messageId }]);
    // As when it is redriven from the dead-letter queue.
    events.refuses = () => false;
    expect(await failed(poor)).toEqual([]);
    expect(bodies()).toEqual(['"a"', '"b"', '"c"', '"poor"']);
    expect(counts()).toEqual([1, 1, 1, 1]);
  });

  test('nor of one whose own bytes can’t be kept is the message through', async () => {
    requests.refuses = () => true;
    const one = message('["a"]');
    expect(await failed(one)).toEqual([one.messageId]);
    expect(bodies()).toEqual(['"a"']);
    expect(lines).toMatchObject([{ message: 'request not stored' }]);
  });

  test('what was stored before the store went away stays, and is counted once', async () => {
    events.before = (write) => {
      if (write === 2) throw new Error('away');
    };
    const many = message(JSON.stringify(Array.from({ length: 2500 }, (_, id) => ({ id }))));
    expect(await failed(many, message('[1]'))).toHaveLength(2);
    expect(events.documents.size).toBe(999);
    expect(await failed(many)).toEqual([]);
    expect(new Set(counts())).toEqual(new Set([1]));
    expect(events.documents.size).toBe(2500);
  });

  test('own code sees each event, and one that fails for it keeps the message in the queue', async () => {
    const seen: string[] = [];
    const id = (bytes: string) => `None:sha256:${sha256Hex(bytes)}`;
    dependencies = {
      ...dependencies,
      process: async (each) => {
        seen.push(...each.keys());
        return new Map([
          [id('"b"'), new Error('process failed, attempt 1')],
          [id('"c"'), new Error('process failed, attempt 1')],
        ]);
      },
    };
    const [one, other] = [message('["a","b","c"]'), message('["d"]')];
    expect(await failed(one, other)).toEqual([one.messageId]);
    expect(seen).toEqual(['"a"', '"b"', '"c"', '"d"'].map(id));
    expect(lines).toHaveLength(1);
  });
});

test('however elements are grouped, repeated and interrupted, each is one document with each of its deliveries', async () => {
  const element = fc.oneof(
    fc.record({ id: fc.integer({ min: 0, max: 12 }) }),
    fc.constantFrom('a', 'b', 1, 2, null, [1], { $a: { 'b.c': 9007199254740991 } }),
  );
  const group = fc.array(element, { minLength: 1, maxLength: 6 });
  const delivery = fc.record({ group, handedOut: fc.integer({ min: 1, max: 3 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(delivery, { minLength: 1, maxLength: 6 }),
      fc.array(fc.constantFrom('works', 'refuses', 'breaks'), { maxLength: 10 }),
      async (deliveries, weather) => {
        events = new FakeCollection();
        requests = new FakeCollection();
        events.refuses = ({ body }) => weather[events.writes] === 'refuses' && body.length() % 2 === 0;
        events.before = (write) => {
          if (weather[write] === 'breaks') throw new Error('away');
        };
        const messages = deliveries.map(({ group: each }) => message(JSON.stringify(each)));
        let left = deliveries.flatMap(({ handedOut }, index) => Array(handedOut).fill(messages[index]));
        for (let round = 0; left.length > 0 && round < 30; round++) {
          const again = await failed(...new Set(left));
          const once = [...new Set(left)].filter(({ messageId }) => !again.includes(messageId));
          for (const through of once) left = left.toSpliced(left.indexOf(through), 1);
        }
        const expected = new Map<string, number>();
        for (const { group: each } of deliveries) {
          for (const text of new Set(each.map((one) => JSON.stringify(one)))) {
            expected.set(text, (expected.get(text) ?? 0) + 1);
          }
        }
        expect(left).toEqual([]);
        const stored = [...events.documents.values()].map(
          ({ body, deliveryCount }) => [Buffer.from(body.value()).toString(), deliveryCount] as const,
        );
        expect(stored.toSorted()).toEqual([...expected].toSorted());
        expect(requests.documents.size).toBe(
          new Set(deliveries.map(({ group: each }) => JSON.stringify(each))).size,
        );
      },
    ),
    { numRuns: 500 },
  );
});

describe('of a request’s events those that are not wanted', () => {
  const paid = { jsonPath: '$.state', values: ['paid'] };
  const typed: BatchSettings = { each: '$', event: { id: ['{json:$.id}'], type: ['{json:$.kind}'] } };
  const types = { types: ['order'] };

  test('are left out and counted, and the others stored with the bytes of the request', async () => {
    const body = '[{"state":"paid"},{"state":"open"},{"state":"open","n":1},7]';
    expect(await failed(message(body, byBytes, { only: paid }))).toEqual([]);
    expect(bodies()).toEqual(['{"state":"paid"}']);
    expect(unwanted).toBe(3);
    expect(requests.documents.size).toBe(1);
    const [{ deliveries } = { deliveries: [] }] = events.documents.values();
    expect(deliveries).toMatchObject([{ offset: 1 }]);
  });

  test('are told by the types of the elements, not by that of the request', async () => {
    const body = '[{"id":1,"kind":"order"},{"id":2,"kind":"refund"},{"id":3}]';
    expect(await failed(message(body, typed, { only: types, eventType: 'refund' }))).toEqual([]);
    expect([...events.documents.keys()]).toEqual(['None:1']);
    expect(unwanted).toBe(2);
  });

  test('leave nothing behind where they are all', async () => {
    expect(await failed(message('[{"state":"open"}]', byBytes, { only: paid }))).toEqual([]);
    expect(events.documents.size + requests.documents.size).toBe(0);
    expect(unwanted).toBe(1);
  });

  test('are judged as one where the request is one', async () => {
    const whole = ['{"state":"paid"}', '{"state":"open"}', '[]'];
    expect(await failed(...whole.map((body) => message(body, byBytes, { only: paid })))).toEqual([]);
    expect(bodies()).toEqual(['{"state":"paid"}']);
    expect(unwanted).toBe(2);
  });

  test('are stored where it can’t be told', async () => {
    const compressed = gzipSync('[{"state":"open"}]');
    const many = `[${'{"state":"open"},'.repeat(10_000)}1]`;
    const deep = `[${'['.repeat(101)}${']'.repeat(101)}]`;
    const all = [
      message(compressed, byBytes, { only: paid, contentEncoding: 'gzip' }),
      message(many, byBytes, { only: paid }),
      message('[{"state":"open"},{"a":}]', byBytes, { only: paid }),
      message(deep, byBytes, { only: paid }),
    ];
    expect(await failed(...all)).toEqual([]);
    const stored = [...events.documents.values()];
    expect(stored.map(({ unsplit }) => unsplit)).toEqual([
      'compressed',
      'too-many-elements',
      'not-json',
      undefined,
    ]);
    expect(unwanted).toBe(0);
  });

  test('are counted once the others are stored', async () => {
    const both = message('[{"state":"paid"},{"state":"open"}]', byBytes, { only: paid });
    const { store } = dependencies;
    dependencies = { ...dependencies, store: async () => [{ error: new Error('away') }] };
    expect(await failed(both)).toEqual([both.messageId]);
    expect(unwanted).toBe(0);
    dependencies = { ...dependencies, store };
    expect(await failed(both)).toEqual([]);
    expect(unwanted).toBe(1);
  });

  test('are as many as are left out, whatever is wanted', async () => {
    const states = fc.array(fc.constantFrom('paid', 'open', 'sent'), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(states, fc.subarray(['paid', 'open']), async (all, values) => {
        events = new FakeCollection();
        unwanted = 0;
        const elements = all.map((state, n) => ({ state, n }));
        const body = JSON.stringify(elements);
        expect(await failed(message(body, byBytes, { only: { jsonPath: '$.state', values } }))).toEqual([]);
        const wanted = elements.filter(({ state }) => values.includes(state));
        expect(bodies()).toEqual(wanted.map((each) => JSON.stringify(each)));
        expect(unwanted).toBe(all.length - wanted.length);
      }),
      { numRuns: 200 },
    );
  });
});
