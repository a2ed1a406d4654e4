import { describe, expect, test } from 'vitest';
import { isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

const HOUR = 3600;
const managed = (volume: object, more: object = {}) => ({ store: { managed: { volume, ...more } } });
const apply = ({ kubernetes }: World, name: string, volume: object, more: object = {}) =>
  kubernetes.apply({ metadata: { name }, spec: managed(volume, more) });
const databases = ({ aws }: World) => [...aws.stores.databases.values()];
const holding = (world: World, event: string) => databases(world).filter(({ events }) => events.has(event));

/** An event of `name` that is stored. */
async function stored(world: World, name: string): Promise<string> {
  const { event = '' } = world.senders.post(name);
  await world.until((each) => holding(each, event).length > 0, 300);
  return event;
}

/** A pipeline with one event, and a snapshot with it that is complete. */
async function withSnapshot(world: World) {
  apply(world, 'orders', {}, { snapshots: { everyHours: 24 } });
  await world.until(isReady('orders'), 300);
  const event = await stored(world, 'orders');
  await world.until(
    ({ aws }) => aws.ec2.snapshots.values().some((each) => aws.ec2.copies.stateOf(each) === 'completed'),
    2 * HOUR,
  );
  const [{ id: snapshotId = '', volumeId = '' } = {}] = world.aws.ec2.snapshots.values();
  return { event, snapshotId, volumeId };
}

describe('a snapshot', () => {
  test('gives a present pipeline its events back, once its volume is given up', async () => {
    const world = await simulate();
    const { aws, kubernetes } = world;
    const { event, snapshotId, volumeId } = await withSnapshot(world);
    const later = await stored(world, 'orders');
    apply(world, 'orders', { snapshotId });
    await world.until(
      () => kubernetes.condition('orders', 'StoreReady')?.reason === 'VolumeNotReplaced',
      300,
    );
    expect(kubernetes.condition('orders', 'StoreReady')?.message).toContain(
      `annotate the pipeline with nami.dev/replace-volume=${volumeId}`,
    );
    const meanwhile = await stored(world, 'orders');
    kubernetes.annotate('orders', { 'nami.dev/replace-volume': volumeId });
    await world.until(() => aws.ec2.volumes.size === 2, 300);
    await world.until(isReady('orders'), 900);
    const next = await stored(world, 'orders');
    const restored = aws.ec2.volumes.values().find(({ id }) => id !== volumeId);
    expect(restored).toMatchObject({ snapshotId, tags: { 'nami.dev/made-from': volumeId } });
    const database = aws.stores.databases.get(restored?.id ?? '');
    expect([...(database?.events ?? [])]).toEqual([event, next]);
    for (const each of [later, meanwhile])
      expect(holding(world, each).map((holder) => holder.volumeId)).toEqual([volumeId]);
    await world.run(HOUR);
    expect(aws.made('vol')).toBe(2);
    expect(kubernetes.condition('orders', 'Ready')?.status).toBe('True');
  });
});
