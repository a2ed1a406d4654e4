import { beforeEach, expect, test, vi } from 'vitest';
import { encodeEnvelope } from '../../../../handlers/envelope.ts';
import type { LogLine } from '../../../../handlers/log.ts';
import { type SqsRecord, storeBatch } from '../../../../handlers/post-queue/batch.ts';
import { type NewEvent, newEvent } from '../../../../handlers/post-queue/document.ts';
import { EventBusyError } from '../../../../handlers/post-queue/lease.ts';
import type { StoreResult } from '../../../../handlers/post-queue/store.ts';
import { NOW } from '../deliveries.ts';
import { envelope } from './envelopes.ts';

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

async function failuresOf(...records: SqsRecord[]): Promise<string[]> {
  const response = await storeBatch(
    { Records: records },
    {
      toEvent: (received) => newEvent(received, NOW, undefined),
      store,
      process: async () => new Map(),
      log: (line) => lines.push(line),
    },
  );
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
  const large = Buffer.alloc(3 * 1024 * 1024);
  store.mockImplementationOnce(async (events) => storedAs(events)).mockRejectedValueOnce(new Error('away'));
  const records = ['a', 'b', 'c', 'd', 'e'].map((messageId) => record(messageId, large));
  expect(await failuresOf(...records)).toEqual(['c', 'd', 'e']);
  expect(store.mock.calls.map(([events]) => events.length)).toEqual([2, 2]);
});

test('what own code fails for stays in the queue, and is told with how often it was handed out', async () => {
  const process = vi.fn(async (eventIds: ReadonlySet<string>) => {
    expect([...eventIds]).toEqual(['GitHub:a', 'GitHub:b']);
    return new Map([['GitHub:b', new Error('process failed, attempt 2', { cause: new Error('no price') })]]);
  });
  const again = { ...record('b'), messageId: 'b2', attributes: { ApproximateReceiveCount: '3' } };
  const response = await storeBatch(
    { Records: [record('a'), record('b'), again, { messageId: 'x', body: 'no envelope' }] },
    {
      toEvent: (received) => newEvent(received, NOW, undefined),
      store,
      process,
      log: (line) => lines.push(line),
    },
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
  const process = vi.fn(async (_: ReadonlySet<string>) => new Map<string, Error>());
  const large = Buffer.alloc(5 * 1024 * 1024);
  const records = [record('a', large), record('b', large)];
  const toEvent = (received: Parameters<typeof newEvent>[0]) => newEvent(received, NOW, undefined);
  const response = await storeBatch({ Records: records }, { toEvent, store, process, log: () => {} });
  expect(process.mock.calls.map(([ids]) => [...ids])).toEqual([['GitHub:a']]);
  expect(response.batchItemFailures).toEqual([{ itemIdentifier: 'b' }]);
});

test('an event that another run is at comes again without alarm, and a whole that fails fails for each', async () => {
  const toEvent = (received: Parameters<typeof newEvent>[0]) => newEvent(received, NOW, undefined);
  const dependencies = { toEvent, store, log: (line: LogLine) => lines.push(line) };
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
