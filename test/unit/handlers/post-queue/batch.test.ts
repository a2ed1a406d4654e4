import { beforeEach, expect, test, vi } from 'vitest';
import { encodeEnvelope } from '../../../../handlers/envelope.ts';
import type { LogLine } from '../../../../handlers/log.ts';
import { type BatchDependencies, type SqsRecord, storeBatch } from '../../../../handlers/post-queue/batch.ts';
import { type NewEvent, newEvent, newRequest } from '../../../../handlers/post-queue/document.ts';
import { EventBusyError } from '../../../../handlers/post-queue/lease.ts';
import type { StoreResult } from '../../../../handlers/post-queue/store.ts';
import { NOW } from '../deliveries.ts';
import { inSmallMemory } from '../small-memory.ts';
import { envelope, MEMORY_BYTES } from './envelopes.ts';

const store = vi.fn<(events: readonly NewEvent[]) => Promise<readonly StoreResult[]>>();
const storedAs = (events: readonly NewEvent[]): StoreResult[] => events.map(({ _id }) => ({ id: _id }));
let lines: LogLine[] = [];

beforeEach(() => {
  store.mockReset().mockImplementation(async (events) => storedAs(events));
  lines = [];
});

const record = (messageId: string, body: string | Buffer = '{}'): SqsRecord => ({
  messageId,
  body: encodeEnvelope(envelope(messageId, body)),
});

const dependencies: BatchDependencies = {
  toEvent: (received, weight) => newEvent(received, weight, NOW, undefined),
  toRequest: (received) => newRequest(received, NOW, undefined),
  store,
  storeRequests: async (requests) => storedAs(requests),
  process: async () => new Map(),
  countUnwanted: () => {},
  memoryBytes: MEMORY_BYTES,
  log: (line) => lines.push(line),
};

async function failuresOf(...records: SqsRecord[]): Promise<string[]> {
  const response = await storeBatch({ Records: records }, dependencies);
  return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

test('a batch is stored at once', async () => {
  expect(await failuresOf(record('a'), record('b'), record('c'))).toEqual([]);
  expect(store).toHaveBeenCalledOnce();
  expect(store.mock.calls[0]?.[0].map(({ _id }) => _id)).toEqual(['GitHub:a', 'GitHub:b', 'GitHub:c']);
  expect(lines).toEqual([]);
});

test('a message that is no envelope fails alone', async () => {
  expect(await failuresOf(record('a'), { messageId: 'b', body: 'hello' }, record('c'))).toEqual(['b']);
  expect(lines).toMatchObject([{ messageId: 'b', error: 'EnvelopeError: the message is not JSON' }]);
});

test('a batch of nothing but such messages asks nothing of the store', async () => {
  expect(await failuresOf({ messageId: 'a', body: '' })).toEqual(['a']);
  expect(store).not.toHaveBeenCalled();
});

test('an event that can’t be stored fails alone, by the message it came in', async () => {
  store.mockImplementation(async (events) =>
    storedAs(events).with(1, { error: new Error('Document failed validation') }),
  );
  expect(await failuresOf({ messageId: 'x', body: '' }, record('a'), record('b'), record('c'))).toEqual([
    'x',
    'b',
  ]);
  expect(lines[1]).toMatchObject({ messageId: 'b', error: 'Error: Document failed validation' });
});

test('a store that fails fails all, in one line', async () => {
  store.mockRejectedValue(new Error('no', { cause: new Error('mongodb://user:password@host is away') }));
  expect(await failuresOf(record('a'), record('b'))).toEqual(['a', 'b']);
  expect(lines).toEqual([
    {
      level: 'error',
      message: 'batch not stored',
      error: 'Error: no',
      cause: 'Error: mongodb://host is away',
    },
  ]);
});

test('large bodies are stored in portions; what a portion stored stays stored when the next fails', async () => {
  const large = Buffer.alloc(4 * 1024 * 1024);
  store.mockImplementationOnce(async (events) => storedAs(events)).mockRejectedValueOnce(new Error('away'));
  const records = ['a', 'b', 'c', 'd', 'e'].map((messageId) => record(messageId, large));
  expect(await failuresOf(...records)).toEqual(['c', 'd', 'e']);
  expect(store.mock.calls.map(([events]) => events.length)).toEqual([2, 2]);
});

const DENSE = `[${'{},'.repeat(349_000)}{}]`;

test('bodies that unpack to what is too dear to parse are stored without a copy, and their neighbour with one', async () => {
  const records = Array.from({ length: 10 }, (_, index) => record(`dense-${index}`, DENSE));
  expect(records[0]?.body.length).toBeLessThan(4096);
  const parse = vi.spyOn(JSON, 'parse');
  expect(await failuresOf(...records.toSpliced(5, 0, record('good', '{"a":1}')))).toEqual([]);
  expect(parse).not.toHaveBeenCalledWith(DENSE);
  parse.mockRestore();
  const events = store.mock.calls.flatMap(([portion]) => portion);
  expect(events).toHaveLength(11);
  for (const { identity, payload, payloadOmitted, body } of events) {
    if (identity === 'good') expect(payload).toEqual({ a: 1 });
    else
      expect({ payloadOmitted, bytes: body.length() }).toEqual({
        payloadOmitted: 'too-many-values',
        bytes: DENSE.length,
      });
  }
});

test('bodies that are too dear to be parsed at the same time are stored one after the other, each with its copy', async () => {
  const dear = `[${'{},'.repeat(120_000)}{}]`;
  expect(
    await failuresOf(record('a', dear), record('b', '{}'), record('c', dear), record('d', dear)),
  ).toEqual([]);
  expect(store.mock.calls.map(([events]) => events.map(({ identity }) => identity))).toEqual([
    ['a', 'b'],
    ['c'],
    ['d'],
  ]);
  expect(store.mock.calls.flat(2).every(({ payloadOmitted }) => payloadOmitted === undefined)).toBe(true);
});

test('a small function stores them all', async () => {
  const { stored, failed } = await inSmallMemory<{ stored: number; failed: number }>(
    160,
    `import { encodeEnvelope } from './handlers/envelope.ts';
    import { postQueueHandler } from './handlers/post-queue/handle.ts';
    import { BSON } from 'mongodb';
    let stored = 0;
    const collection = {
      bulkWrite: async (operations) => {
        for (const { insertOne } of operations) BSON.serialize(insertOne.document);
        stored += operations.length;
        return { insertedCount: operations.length };
      },
    };
    const handler = postQueueHandler({
      connection: { kind: 'ready', settings: {}, client: { connect: async () => {} }, collection, indexes: async () => {} },
      code: async () => ({ kind: 'ready', exports: {} }),
      log: () => {},
      now: () => new Date(),
      newId: () => 'id',
      memoryMiB: 256,
    });
    const envelope = { receivedAt: new Date(), source: 'None', headers: {} };
    const record = (id, body) =>
      ({ messageId: id, body: encodeEnvelope({ ...envelope, id, identity: id, body: Buffer.from(body) }) });
    const dense = (count) => '[' + '{},'.repeat(count) + '{}]';
    const Records = [349_000, 190_000].flatMap((count) => Array.from('abcde', (id) => record(id + count, dense(count))));
    const { batchItemFailures } = await handler(
      { Records: [...Records, record('good', '{}')] },
      { getRemainingTimeInMillis: () => 30_000 },
    );
    console.log(JSON.stringify({ stored, failed: batchItemFailures.length }));`,
  );
  expect({ stored, failed }).toEqual({ stored: 11, failed: 0 });
});

test('what own code fails for stays in the queue, and is told with how often it was handed out', async () => {
  const process = vi.fn(async (events: ReadonlyMap<string, number>) => {
    expect([...events.keys()]).toEqual(['GitHub:a', 'GitHub:b']);
    return new Map([['GitHub:b', new Error('process failed, attempt 2', { cause: new Error('no price') })]]);
  });
  const again = { ...record('b'), messageId: 'b2', attributes: { ApproximateReceiveCount: '3' } };
  const response = await storeBatch(
    { Records: [record('a'), record('b'), again, { messageId: 'x', body: 'no envelope' }] },
    { ...dependencies, process },
  );
  expect(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['b', 'b2', 'x']);
  expect(lines.slice(1)).toEqual([
    expect.objectContaining({ messageId: 'b' }),
    {
      level: 'error',
      message: 'event not processed',
      messageId: 'b2',
      receives: '3',
      error: 'Error: process failed, attempt 2',
      cause: 'Error: no price',
    },
  ]);
});

test('own code is asked for what is stored although a later part of the batch is not', async () => {
  store.mockImplementationOnce(async (events) => storedAs(events)).mockRejectedValue(new Error('away'));
  const process = vi.fn(async (_: ReadonlyMap<string, number>) => new Map<string, Error>());
  const large = Buffer.alloc(6 * 1024 * 1024);
  const records = [record('a', large), record('b', large)];
  const response = await storeBatch({ Records: records }, { ...dependencies, process });
  expect(process.mock.calls.map(([events]) => [...events.keys()])).toEqual([['GitHub:a']]);
  expect(response.batchItemFailures).toEqual([{ itemIdentifier: 'b' }]);
});

test('an event that another run is at comes again without alarm, and a whole that fails fails for each', async () => {
  const busy = async () => new Map([['GitHub:a', new EventBusyError('another run has it')]]);
  await storeBatch({ Records: [record('a'), record('b')] }, { ...dependencies, process: busy });
  expect(lines).toMatchObject([
    { level: 'info', messageId: 'a', error: 'EventBusyError: another run has it' },
  ]);

  const broken = () => Promise.reject(new Error('it does not load'));
  const response = await storeBatch(
    { Records: [record('a'), record('b')] },
    { ...dependencies, process: broken },
  );
  expect(response.batchItemFailures).toHaveLength(2);
  expect(store).toHaveBeenCalledTimes(2);
});
