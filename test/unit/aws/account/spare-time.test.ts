import { expect, test } from 'vitest';
import { forEverybody, isSpareTime, SpareTime } from '../../../../src/aws/account/spare-time.ts';

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
