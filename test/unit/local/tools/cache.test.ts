import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { cacheFolder, withLock } from '../../../../local/tools/cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'nami-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));
const quiet = () => {};

test.each([
  [{ NAMI_CACHE_DIR: '/a', XDG_CACHE_HOME: '/b' }, '/a'],
  [{ NAMI_CACHE_DIR: '', XDG_CACHE_HOME: '/b' }, '/b/nami'],
  [{}, expect.stringMatching(/\/\.cache\/nami$/)],
])('the environment %j names the cache %s', (environment, expected) => {
  expect(cacheFolder(environment)).toEqual(expected);
});

test('who holds the lock works alone', async () => {
  const lock = join(folder, 'lock');
  const order: string[] = [];
  const work = (name: string) =>
    withLock(lock, quiet, async () => {
      order.push(`${name} begins`);
      await sleep(50);
      order.push(`${name} ends`);
    });
  await Promise.all([work('one'), work('two')]);
  expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
});

test('the lock is free after work that fails', async () => {
  const lock = join(folder, 'failing');
  await expect(withLock(lock, quiet, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(withLock(lock, quiet, async () => 'free')).resolves.toBe('free');
});

test('a lock whose holder is gone is taken over, also when its pid is in use again', async () => {
  const lock = join(folder, 'stale');
  mkdirSync(lock);
  writeFileSync(join(lock, 'owner'), `${process.pid} another start time`);
  await expect(withLock(lock, quiet, async () => 'taken over')).resolves.toBe('taken over');
});
