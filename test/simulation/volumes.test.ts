import { describe, expect, test } from 'vitest';
import { isGone, isReady } from './pipelines.ts';
import { memoryOf } from './whole-life.ts';
import { simulate, type World } from './world.ts';

test('a volume that is changed a second time waits for it, and nothing waits with it', async () => {
  const world = await simulate();
  const { aws, kubernetes } = world;
  const grow = (sizeGiB: number, memoryMiB = 256) =>
    kubernetes.apply({
      metadata: { name: 'orders' },
      spec: { preQueue: { memoryMiB }, store: { managed: { volume: { sizeGiB } } } },
    });
  const size = () => aws.ec2.volumes.values()[0]?.sizeGiB;
  grow(8);
  await world.until(isReady('orders'), 300);
  grow(10);
  await world.until(() => size() === 10, 60);
  await world.until(isReady('orders'), 60);

  const tried = () => aws.calls.filter(({ command }) => command === 'ModifyVolume').length;
  const before = tried();
  grow(12, 512);
  await world.until((each) => memoryOf(each, 'orders') === 512, 60);
  expect(world.senders.post('orders').status).toBe(200);
  await world.until(() => aws.sqs.messages.size === 0, 60);
  expect(kubernetes.condition('orders', 'StoreReady')).toMatchObject({
    message: expect.stringContaining('six hours after its last change'),
  });
  expect(aws.ec2.instances.size).toBe(1);
  // A host that ends meanwhile is replaced.
  for (const { id } of aws.ec2.instances.values()) aws.ec2.machines.end(id);
  await world.until(
    () => aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined).length === 1,
    1500,
  );

  await world.until(() => size() === 12, 7 * 3600);
  await world.until(isReady('orders'), 600);
  expect(tried() - before).toBeLessThan(20);
});

describe('a volume in a zone that Lambda refuses', () => {
  const zoneA = 'eu-central-1a';
  const zonesOf = ({ aws }: World) => aws.ec2.volumes.values().map(({ zone }) => zone);

  test.each([
    ['', () => {}],
    [
      ', whenever the operator starts anew',
      (world: World) => void world.crashOn(({ command }) => command === 'CreateVolume'),
    ],
  ])('goes for one in another zone while nothing was ever written to it%s', async (_, disturb) => {
    const world = await simulate({ isStarted: false });
    world.aws.lambda.zonesWithoutInterfaces.add(zoneA);
    world.start();
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.until(({ aws }) => aws.ec2.volumes.size === 1, 300);
    expect(zonesOf(world)).toEqual([zoneA]);
    disturb(world);
    await world.until(isReady('orders'), 1500);
    expect(world.senders.post('orders').status).toBe(200);
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 120);
    await world.until(({ aws }) => aws.ec2.volumes.size === 1, 600);
    expect(zonesOf(world)).not.toContain(zoneA);
    expect(world.kubernetes.condition('orders', 'Stalled')?.status).toBe('False');
    // Others begin where Lambda is.
    world.kubernetes.apply({ metadata: { name: 'returns' } });
    await world.until(isReady('returns'), 600);
    expect(world.aws.made('vol')).toBe(3);
  });

  test('stays, and it is said what to change, where it may hold events', async () => {
    const world = await simulate();
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.until(isReady('orders'), 600);
    world.senders.post('orders');
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 120);
    const [{ id = '' } = {}] = world.aws.ec2.volumes.values();
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 1500);
    world.aws.lambda.zonesWithoutInterfaces.add(zoneA);
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.until(({ kubernetes }) => kubernetes.condition('orders', 'Stalled')?.status === 'True', 600);
    await world.run(600);
    expect(world.kubernetes.condition('orders', 'FunctionsReady')).toMatchObject({
      reason: 'ZoneNotSupported',
      message: expect.stringContaining('annotate the pipeline with nami.dev/replace-volume='),
    });
    expect(world.aws.ec2.volumes.values().map((volume) => volume.id)).toEqual([id]);

    world.kubernetes.annotate('orders', { 'nami.dev/replace-volume': id });
    await world.until(isReady('orders'), 1500);
    // It was given up by hand, and is kept.
    expect(world.aws.ec2.volumes.values().map((volume) => volume.id)).toContain(id);
  });
});
