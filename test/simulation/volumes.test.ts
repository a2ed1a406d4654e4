import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { rfc3339 } from '../../src/clock.ts';
import { first, isGone, isReady, settledWorld } from './pipelines.ts';
import { memoryOf } from './whole-life.ts';
import { simulate, type World } from './world.ts';

test('a volume that AWS does not change again for now waits for it, and nothing waits with it', async () => {
  const HOURS = 4;
  const world = await simulate({ times: { volumeChanges: HOURS * 3600 } });
  const { aws, kubernetes } = world;
  const grow = (sizeGiB: number, memoryMiB = 256) =>
    kubernetes.apply({
      metadata: { name: 'orders' },
      spec: { preQueue: { memoryMiB }, store: { managed: { volume: { sizeGiB } } } },
    });
  const size = () => aws.ec2.volumes.values()[0]?.sizeGiB;
  const said = () => String(kubernetes.condition('orders', 'StoreReady')?.message);
  const isSaid = (words: RegExp) => () => words.test(said());
  grow(8);
  await world.until(isReady('orders'), 300);
  for (const [index, next] of [10, 12, 14, 16].entries()) {
    grow(next);
    if (index > 0)
      await world.until(
        isSaid(/next change of vol-\w+ when its last one has ended: (modifying|optimizing)/),
        60,
      );
    await world.until(() => size() === next, 600);
  }
  await world.until(isReady('orders'), 60);

  const tried = () => aws.calls.filter(({ command }) => command === 'ModifyVolume').length;
  const before = tried();
  await world.run(600);
  grow(18, 512);
  await world.until((each) => memoryOf(each, 'orders') === 512, 60);
  expect(world.senders.post('orders').status).toBe(200);
  await world.until(() => aws.sqs.messages.size === 0, 60);
  const [{ change } = {}] = aws.ec2.volumes.values();
  const end = rfc3339((change?.begun[0] ?? 0) + HOURS * 3_600_000);
  expect(said()).toContain(`from ${end.slice(0, 16).replace('T', ' ')} UTC on`);
  expect(aws.ec2.instances.size).toBe(1);
  // A host that ends meanwhile is replaced.
  for (const { id } of aws.ec2.instances.values()) aws.ec2.machines.end(id);
  await world.until(
    () => aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined).length === 1,
    1500,
  );

  await world.until(() => size() === 18, (HOURS + 1) * 3600);
  await world.until(isReady('orders'), 600);
  expect(tried() - before).toBeLessThan(12);
});

test('throughput, type and operations of a volume change while it serves', async () => {
  const world = await simulate();
  const { aws, kubernetes } = world;
  const want = (volume: object) =>
    kubernetes.apply({ metadata: { name: 'orders' }, spec: { store: { managed: { volume } } } });
  const is = (quality: object) => () => {
    const [found] = aws.ec2.volumes.values();
    return found !== undefined && isDeepStrictEqual({ ...found, ...quality }, found);
  };
  want({ throughput: 250 });
  await world.until(isReady('orders'), 300);
  expect(is({ throughput: 250, iops: 3000 })()).toBe(true);
  want({ throughput: 500 });
  await world.until(is({ throughput: 500 }), 60);
  want({ type: 'io2', iops: 5000 });
  await world.until(is({ type: 'io2', iops: 5000, throughput: undefined }), 600);
  want({});
  await world.until(is({ type: 'gp3', iops: 3000, throughput: 125 }), 900);
  await world.until(isReady('orders'), 600);
  expect(aws.made('vol')).toBe(1);
  expect(aws.ec2.instances.size).toBe(1);
});

test('a volume that somebody has attached to another machine is waited for, and it is told how it comes back', async () => {
  const world = await settledWorld();
  const { instances, volumes } = world.aws.ec2;
  const [host, volume] = [first(instances.values()), first(volumes.values())];
  const theirs = instances.set('i-0000ffff', { ...host, id: 'i-0000ffff', tags: {} });
  const { attachment } = volume;
  volumes.change(volume.id, { attachment: attachment && { ...attachment, instanceId: theirs.id } });
  await world.until(
    ({ kubernetes }) =>
      /attached to i-0000ffff: .*detach-volume --region eu-central-1 --volume-id vol-/.test(
        String(kubernetes.condition('orders', 'StoreReady')?.message),
      ),
    1500,
  );
  expect(world.senders.post('orders').status).toBe(200);
  volumes.change(volume.id, { attachment: undefined });
  await world.until(isReady('orders'), 300);
  await world.until(({ aws }) => aws.sqs.messages.size === 0, 600);
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
