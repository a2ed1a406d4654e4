import { expect, test } from 'vitest';
import { RequeueAfter } from '../../../../src/aws/account/errors.ts';
import {
  forEverybody,
  isSpareTime,
  SpareTime,
  unlessInterrupted,
} from '../../../../src/aws/account/spare-time.ts';

test('what is done in spare time knows it, across waits, and what is done beside it does not', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const inside = new SpareTime().use(async () => {
    await promise;
    return [isSpareTime(), await forEverybody(async () => isSpareTime())];
  });
  expect(isSpareTime()).toBe(false);
  resolve();
  expect(await inside).toEqual([true, false]);
});

test('is taken while two use it, and free again when one of them fails', async () => {
  const spareTime = new SpareTime();
  const { promise, reject } = Promise.withResolvers<void>();
  const first = spareTime.use(() => promise);
  expect(spareTime.isTaken).toBe(false);
  void spareTime.use(() => new Promise(() => {}));
  expect(spareTime.isTaken).toBe(true);
  reject(new Error('refused'));
  await expect(first).rejects.toThrow('refused');
  expect(spareTime.isTaken).toBe(false);
});

test('what is waited for in spare time is given up when that is over, but by nobody else who waits for it', async () => {
  const spareTime = new SpareTime();
  const over = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  const waiters = Array.from({ length: 20 }, () => unlessInterrupted(promise));
  const spare = spareTime.use(
    async () => Promise.allSettled([...waiters, unlessInterrupted(promise), forEverybody(() => promise)]),
    over.signal,
  );
  const interrupted = spareTime.use(() => unlessInterrupted(promise), over.signal);
  over.abort();
  await expect(interrupted).rejects.toThrow(RequeueAfter);
  await expect(spareTime.use(() => unlessInterrupted(promise), over.signal)).rejects.toThrow(RequeueAfter);
  resolve('a list');
  const settled = (await spare).map(({ status }) => status);
  expect(settled).toEqual([...Array(20).fill('fulfilled'), 'rejected', 'fulfilled']);
});
