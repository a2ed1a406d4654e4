import { MongoServerError } from 'mongodb';
import { expect, test, vi } from 'vitest';
import { indexMaker } from '../../../../handlers/post-queue/indexes.ts';

const createIndexes = vi.fn<(indexes: readonly object[]) => Promise<string[]>>();
const log = vi.fn();
const maker = (ttlDays?: number) => indexMaker({ createIndexes } as never, ttlDays, log);

test('the indexes are asked for once: time order, and expiry where there is one', async () => {
  createIndexes.mockReset().mockResolvedValue([]);
  const make = maker(30);
  expect(await Promise.all([make(), make()])).toEqual([undefined, undefined]);
  await maker()();
  const order = { key: { receivedAt: 1 } };
  expect(createIndexes.mock.calls).toEqual([
    [[order, { key: { expiresAt: 1 }, expireAfterSeconds: 0 }]],
    [[order]],
  ]);
});

test('a refusal is logged, kept as a problem and not asked for again', async () => {
  createIndexes.mockReset().mockRejectedValue(new MongoServerError({ message: 'conflicts with an index' }));
  const make = maker();
  const problem = expect.stringContaining('conflicts with an index');
  expect(await make()).toEqual(problem);
  expect(await make()).toEqual(problem);
  expect(createIndexes).toHaveBeenCalledOnce();
  expect(log).toHaveBeenCalledOnce();
});

test('a store that is away is asked again', async () => {
  createIndexes.mockReset().mockRejectedValueOnce(new Error('away')).mockResolvedValue([]);
  const make = maker();
  expect(await make()).toContain('away');
  expect(await make()).toBeUndefined();
});
