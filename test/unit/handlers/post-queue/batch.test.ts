import { beforeEach, expect, test, vi } from 'vitest';
import { encodeEnvelope } from '../../../../handlers/envelope.ts';
import type { LogLine } from '../../../../handlers/log.ts';
import { type SqsRecord, storeBatch } from '../../../../handlers/post-queue/batch.ts';
import { type NewEvent, newEvent } from '../../../../handlers/post-queue/document.ts';
import { NOW } from '../deliveries.ts';
import { envelope } from './envelopes.ts';

const store = vi.fn<(events: readonly NewEvent[]) => Promise<ReadonlyMap<number, Error>>>();
let lines: LogLine[] = [];

beforeEach(() => {
  store.mockReset().mockResolvedValue(new Map());
  lines = [];
});

const record = (messageId: string, body: string | Buffer = '{}'): SqsRecord => ({
  messageId,
  body: encodeEnvelope(envelope(messageId, body)),
});

async function failuresOf(...records: SqsRecord[]): Promise<string[]> {
  const response = await storeBatch(
    { Records: records },
    { toEvent: (received) => newEvent(received, NOW, undefined), store, log: (line) => lines.push(line) },
  );
  return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

test('a batch is stored at once', async () => {
  expect(await failuresOf(record('a'), record('b'), record('c'))).toEqual([]);
  expect(store).toHaveBeenCalledOnce();
  expect(store.mock.calls[0]?.[0].map(({ id }) => id)).toEqual(['GitHub:a', 'GitHub:b', 'GitHub:c']);
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
  store.mockResolvedValue(new Map([[1, new Error('Document failed validation')]]));
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
  store.mockResolvedValueOnce(new Map()).mockRejectedValueOnce(new Error('away'));
  const records = ['a', 'b', 'c', 'd', 'e'].map((messageId) => record(messageId, large));
  expect(await failuresOf(...records)).toEqual(['c', 'd', 'e']);
  expect(store.mock.calls.map(([events]) => events.length)).toEqual([2, 2]);
});
