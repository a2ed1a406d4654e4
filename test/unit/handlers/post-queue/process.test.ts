import { Binary } from 'mongodb';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Process } from '../../../../handlers/own-code/post-queue.ts';
import type { LeaseCollection } from '../../../../handlers/post-queue/lease.ts';
import { processEvents } from '../../../../handlers/post-queue/process.ts';
import { NOW } from '../deliveries.ts';
import { lambdaWith } from '../lambda.ts';
import { envelope, eventOf } from './envelopes.ts';

/** The lease itself is held against a real store (test/local); here it is given, unless a test says otherwise. */
const findOneAndUpdate = vi.fn();
const findOne = vi.fn();
const updateOne = vi.fn();
const collection = { findOneAndUpdate, findOne, updateOne } as unknown as LeaseCollection;
const database = { databaseName: 'nami' } as never;

const documentOf = (eventId: string, attempts = 1) => ({
  ...eventOf(envelope(eventId.replace('GitHub:', ''), '{"a":1}')),
  processing: { attempts, leaseId: 'l', leasedUntil: NOW },
});

beforeEach(() => {
  findOneAndUpdate.mockReset().mockImplementation(async ({ _id }) => documentOf(_id));
  findOne.mockReset().mockResolvedValue(null);
  updateOne.mockReset().mockResolvedValue({ matchedCount: 1 });
});

let leases = 0;
async function run(process: Process, eventIds: string[], milliseconds = 10_000, bytes = 1) {
  const dependencies = {
    process,
    database,
    collection,
    memoryBytes: 100,
    now: () => NOW,
    newId: () => `lease-${++leases}`,
  };
  const events = new Map(eventIds.map((eventId) => [eventId, bytes]));
  return await processEvents(events, dependencies, lambdaWith(milliseconds));
}

test('own code gets the event as it is stored, with its bytes', async () => {
  const document = documentOf('GitHub:1');
  findOneAndUpdate.mockResolvedValue(document);
  const process = vi.fn();
  expect(await run(process, ['GitHub:1'])).toEqual(new Map());
  const { processing: _, body, ...rest } = document;
  expect(process).toHaveBeenCalledExactlyOnceWith(
    { ...rest, body: Buffer.from('{"a":1}') },
    { database, attempt: 1, signal: expect.any(AbortSignal) },
  );
  expect(body).toBeInstanceOf(Binary);
});

test('a lease outlasts the function that works under it', async () => {
  await run(() => {}, ['GitHub:1'], 4000);
  const [filter, update] = findOneAndUpdate.mock.calls[0] ?? [];
  expect(filter).toMatchObject({ _id: 'GitHub:1', 'processing.finishedAt': null });
  expect(update.$set['processing.leasedUntil'].getTime() - NOW.getTime()).toBe(14_000);
});

describe('a run that', () => {
  test('throws fails alone, and the document and the error say why', async () => {
    findOneAndUpdate.mockImplementation(async ({ _id }) => documentOf(_id, 3));
    const failures = await run(
      ({ _id }) => {
        if (_id === 'GitHub:2') throw new TypeError('no price in mongodb://u:secret@h');
      },
      ['GitHub:1', 'GitHub:2', 'GitHub:3'],
    );
    expect([...failures.keys()]).toEqual(['GitHub:2']);
    expect(failures.get('GitHub:2')).toMatchObject({
      name: 'OwnCodeError',
      message: 'process failed, attempt 3',
      cause: new TypeError('no price in mongodb://u:secret@h'),
    });
    const released = updateOne.mock.calls.filter(([, update]) => update.$set['processing.error']);
    expect(released).toMatchObject([
      [
        { _id: 'GitHub:2', 'processing.leaseId': expect.stringMatching(/^lease-/) },
        {
          $set: { 'processing.error': 'TypeError: no price in mongodb://h', 'processing.failedAt': NOW },
          $unset: { 'processing.leaseId': '', 'processing.leasedUntil': '' },
        },
        {},
      ],
    ]);
  });

  test('throws what is no error fails likewise', async () => {
    const failures = await run(async () => {
      throw 'no';
    }, ['GitHub:1']);
    expect(failures.get('GitHub:1')).toMatchObject({ cause: 'no' });
  });

  test('throws while the store is away says both', async () => {
    updateOne.mockRejectedValue(new Error('connection closed'));
    const failures = await run(() => {
      throw new Error('no price');
    }, ['GitHub:1']);
    expect(failures.get('GitHub:1')?.message).toMatch(
      /attempt 1; the store does not know: .*connection closed/,
    );
  });

  test('ends well but can’t be noted is not taken off the queue', async () => {
    updateOne.mockRejectedValue(new Error('connection closed'));
    expect((await run(() => {}, ['GitHub:1'])).get('GitHub:1')?.message).toBe('connection closed');
  });

  test.each([
    ['removed its event', null],
    ['wrote it anew', { _id: 'GitHub:1' }],
  ])('%s has ended well', async (_, found) => {
    updateOne.mockResolvedValue({ matchedCount: 0 });
    findOne.mockResolvedValue(found);
    expect(await run(() => {}, ['GitHub:1'])).toEqual(new Map());
  });

  test('outlived its lease leaves the event to the run that has it now', async () => {
    updateOne.mockResolvedValue({ matchedCount: 0 });
    findOne.mockResolvedValue({ _id: 'GitHub:1', processing: { attempts: 2, leaseId: 'another' } });
    expect((await run(() => {}, ['GitHub:1'])).get('GitHub:1')?.message).toMatch(/outlived its lease/);
  });

  test('hangs is told to stop before the function is, and the others are through', async () => {
    const process: Process = ({ _id }, { signal }) =>
      _id === 'GitHub:1'
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : undefined;
    const failures = await run(process, ['GitHub:1', 'GitHub:2'], 1010);
    expect([...failures.keys()]).toEqual(['GitHub:1']);
    expect(failures.get('GitHub:1')?.cause).toMatchObject({ message: 'no time left' });
  });
});

test('a run that doesn’t stop when it is told to fails alone, and in time', async () => {
  const process: Process = ({ _id }) => (_id === 'GitHub:2' ? new Promise<void>(() => {}) : undefined);
  const begin = performance.now();
  const failures = await run(process, ['GitHub:1', 'GitHub:2', 'GitHub:3'], 1300);
  expect(performance.now() - begin).toBeLessThan(1200);
  expect([...failures.keys()]).toEqual(['GitHub:2']);
  expect(failures.get('GitHub:2')).toMatchObject({
    name: 'OwnCodeError',
    message: 'process did not end in time, attempt 1, nor when its signal was aborted',
  });
  // Its lease is not given back: it may still be at work.
  expect(updateOne.mock.calls.map(([filter]) => filter._id)).toEqual(['GitHub:1', 'GitHub:3']);
});

test('what ends after the answer changes nothing of it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const failures = await run(() => promise, ['GitHub:1'], 1050);
  expect(failures.size).toBe(1);
  resolve();
  await vi.waitFor(() => expect(updateOne).toHaveBeenCalledOnce());
  await new Promise(setImmediate);
  expect(failures.size).toBe(1);
});

test('a store that hangs in the middle of it takes nobody’s outcome along', async () => {
  findOneAndUpdate.mockImplementation(({ _id }) =>
    _id === 'GitHub:1' ? new Promise(() => {}) : Promise.resolve(documentOf(_id)),
  );
  const failures = await run(() => {}, ['GitHub:1', 'GitHub:2'], 1050);
  expect([...failures.keys()]).toEqual(['GitHub:1']);
});

test('an event that is finished is done, and none is run for it', async () => {
  findOneAndUpdate.mockResolvedValue(null);
  findOne.mockResolvedValue({ _id: 'GitHub:1', processing: { attempts: 1, finishedAt: NOW } });
  const process = vi.fn();
  expect(await run(process, ['GitHub:1'])).toEqual(new Map());
  expect(process).not.toHaveBeenCalled();
});

test.each([
  [
    'another run has',
    { _id: 'GitHub:1', processing: { attempts: 1, leasedUntil: NOW } },
    { name: 'EventBusyError', message: 'another run has it at the moment' },
  ],
  ['is gone', null, { name: 'Error', message: 'its document was removed before own code got to it' }],
])('an event that %s comes again later', async (_, found, error) => {
  findOneAndUpdate.mockResolvedValue(null);
  findOne.mockResolvedValue(found);
  const process = vi.fn();
  expect((await run(process, ['GitHub:1'])).get('GitHub:1')).toMatchObject(error);
  expect(process).not.toHaveBeenCalled();
});

test('no more run at once than fit into memory, and one that never fits runs alone', async () => {
  let running = 0;
  let most = 0;
  const process = async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running -= 1;
  };
  const ids = Array.from({ length: 8 }, (_, index) => `GitHub:${index}`);
  for (const [bytes, atOnce] of [
    [30, 3],
    [1000, 1],
  ] as const) {
    most = 0;
    expect(await run(process, ids, 10_000, bytes)).toEqual(new Map());
    expect(most).toBe(atOnce);
  }
});

test('as many run at once as a batch has by default, and none is begun without time for it', async () => {
  const ids = Array.from({ length: 25 }, (_, index) => `GitHub:${index}`);
  let running = 0;
  let most = 0;
  const process = async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running -= 1;
  };
  expect(await run(process, ids)).toEqual(new Map());
  expect(most).toBe(10);

  const none = vi.fn();
  const failures = await run(none, ids, 900);
  expect(failures.size).toBe(25);
  expect(failures.get('GitHub:0')?.message).toBe('no time left');
  expect(none).not.toHaveBeenCalled();
});
