import { describe, expect, test } from 'vitest';
import { isGone, isReady } from './pipelines.ts';
import { simulate } from './world.ts';

describe('a life', () => {
  test('a managed pipeline becomes ready and is gone again', async () => {
    const world = await simulate({ settings: { NAMI_DELETE_SHARED_OBJECTS: 'true' } });
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.until(isReady('orders'), 300);
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 600);
    await world.until(({ aws }) => aws.contents().length === 2, 300);
    expect(world.aws.contents()).toEqual([expect.stringContaining('Parameter'), 'Volume vol-00000001']);
  });
});
