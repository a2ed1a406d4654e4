import { MongoServerError } from 'mongodb';
import { expect, test, vi } from 'vitest';
import { arrangement } from '../../../../handlers/post-queue/arrangement.ts';

const FAILURE = 'it could not be arranged';

function arranging() {
  const arrange = vi.fn<() => Promise<void>>().mockResolvedValue();
  const log = vi.fn();
  return { arrange, log, ask: arrangement(arrange, FAILURE, log) };
}

test('what is arranged is asked for once', async () => {
  const { arrange, ask } = arranging();
  expect(await Promise.all([ask(), ask()])).toEqual([undefined, undefined]);
  expect(arrange).toHaveBeenCalledOnce();
});

test('a refusal is logged, kept as a problem and not asked for again', async () => {
  const { arrange, log, ask } = arranging();
  arrange.mockRejectedValue(new MongoServerError({ message: 'conflicts' }));
  expect(await ask()).toBe(`${FAILURE}: MongoServerError: conflicts`);
  expect(await ask()).toBe(`${FAILURE}: MongoServerError: conflicts`);
  expect(arrange).toHaveBeenCalledOnce();
  expect(log).toHaveBeenCalledOnce();
});

test('a store that is away is asked again', async () => {
  const { arrange, ask } = arranging();
  arrange.mockRejectedValueOnce(new Error('away'));
  expect(await ask()).toContain('away');
  expect(await ask()).toBeUndefined();
});
