import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildHandlers } from '../../../../scripts/build-handlers.ts';

test('the pre-queue function is small: what it doesn’t load, no cold start waits for', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'nami-size-'));
  try {
    const bundles = await buildHandlers(directory);
    expect(bundles.find(({ name }) => name === 'pre-queue')?.bytes).toBeLessThan(50 * 1024);
  } finally {
    await rm(directory, { recursive: true });
  }
});
