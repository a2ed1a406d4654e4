import { describe, expect, test } from 'vitest';
import { isGone, isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

const HOUR = 3600;

const ask = ({ kubernetes }: World, snapshots: object, name = 'orders') =>
  kubernetes.apply({ metadata: { name }, spec: { store: { managed: { snapshots } } } });
const snapshots = ({ aws }: World) => aws.ec2.snapshots.values();
const calls = ({ aws }: World, name: string) => aws.calls.filter(({ command }) => command === name).length;
const told = ({ kubernetes }: World) =>
  (kubernetes.get('orders')?.status as { store?: { snapshots?: object } } | undefined)?.store?.snapshots;

const withPolicy = (reclaimPolicy: string) => ({ store: { managed: { volume: { reclaimPolicy } } } });

/** A pipeline with an event in its store. */
async function withEvents(world: World, reclaimPolicy: string): Promise<void> {
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: withPolicy(reclaimPolicy) });
  await world.until(isReady('orders'), 300);
  world.senders.post('orders');
  await world.until(({ aws }) => aws.sqs.messages.size === 0, 120);
}

describe('a volume with the policy Snapshot', () => {
  test.each<[string, (world: World) => void]>([
    ['', () => {}],
    [', whose answer is lost', ({ aws }) => aws.faults.loseAnswer('CreateSnapshot')],
    [
      ', after which the operator dies',
      (world) => {
        world.aws.faults.lag(20, 'ec2');
        world.crashOn(({ command }) => command === 'CreateSnapshot');
      },
    ],
  ])('goes once its last snapshot is complete%s', async (_, disturb) => {
    const world = await simulate({ times: { snapshotPause: 0, snapshotPending: 400 } });
    const { aws, kubernetes } = world;
    await withEvents(world, 'Snapshot');
    const [{ id: volumeId = '' } = {}] = aws.ec2.volumes.values();
    disturb(world);
    kubernetes.delete('orders');
    await world.until(() => snapshots(world).length === 1, 1500);
    const volume = aws.ec2.volumes.get(volumeId);
    expect(volume && aws.ec2.disks.attachmentOf(volume)).toBeUndefined();
    await world.until(
      () =>
        /last snapshot snap-\w+ is complete/.test(String(kubernetes.condition('orders', 'Ready')?.message)),
      350,
    );
    expect(aws.ec2.volumes.size).toBe(1);
    await world.until(isGone('orders'), 1500);
    expect(aws.ec2.volumes.size).toBe(0);
    expect(aws.made('snap')).toBe(1);
    const [last] = snapshots(world);
    expect(last && aws.ec2.copies.stateOf(last)).toBe('completed');
    const credentials = last?.tags['nami.dev/credentials'] ?? '';
    expect(last).toMatchObject({ volumeId, tags: { 'nami.dev/object': 'last-snapshot' } });
    // What one needs to read it stays, and nothing else.
    expect(aws.ssm.parameters.values().map(({ name }) => name)).toEqual([credentials]);
  });

  test('stays while its last snapshot fails, and it is told', async () => {
    const world = await simulate();
    const { aws, kubernetes } = world;
    await withEvents(world, 'Snapshot');
    aws.ec2.copies.failure = 'internal error';
    kubernetes.delete('orders');
    const said = () => String(kubernetes.condition('orders', 'Ready')?.message);
    await world.until(() => said().includes('failed (internal error)'), 1500);
    expect(aws.ec2.volumes.size).toBe(1);
    aws.ec2.copies.failure = undefined;
    await world.until(isGone('orders'), 1500);
    expect(aws.ec2.volumes.size).toBe(0);
  });

  test('that goes on after all gets another last one', async () => {
    const world = await simulate();
    const { aws, kubernetes } = world;
    kubernetes.setSecret('store', { uri: 'mongodb://db.example/?tls=true' });
    await withEvents(world, 'Snapshot');
    const external = { store: { managed: null, external: { uriSecretRef: { name: 'store', key: 'uri' } } } };
    kubernetes.apply({ metadata: { name: 'orders' }, spec: external });
    await world.until((each) => snapshots(each).length === 1, 1500);
    kubernetes.apply({ metadata: { name: 'orders' }, spec: withPolicy('Snapshot') });
    await world.until(isReady('orders'), 1500);
    await world.run(600);
    expect(aws.ec2.volumes.size).toBe(1);
    kubernetes.delete('orders');
    await world.until(isGone('orders'), 1500);
    expect(snapshots(world)).toHaveLength(2);
  });
});

describe('snapshots of the volume', () => {
  test('are taken on a schedule, and the oldest go', async () => {
    const world = await simulate();
    ask(world, { everyHours: 6, keep: 2 });
    await world.until((each) => snapshots(each).length === 1, 2 * HOUR);
    const [first] = snapshots(world);
    expect(first?.tags).toMatchObject({ 'nami.dev/object': 'snapshot', 'nami.dev/name': 'orders' });
    await world.until(() => JSON.stringify(told(world))?.includes('completed') ?? false, 600);
    expect(told(world)).toMatchObject({ count: 1, newest: { id: first?.id, state: 'completed' } });
    await world.run(24 * HOUR);
    expect(snapshots(world)).toHaveLength(2);
    expect(snapshots(world).map(({ id }) => id)).not.toContain(first?.id);
    expect(calls(world, 'CreateSnapshot')).toBe(5);
    // A list for all each minute and a half; those of its own only where one is due.
    expect(calls(world, 'DescribeSnapshots')).toBeLessThan((26 * HOUR) / 90 + 40);
  });

  test.each<[string, (world: World) => void]>([
    ['whose answer is lost', ({ aws }) => aws.faults.loseAnswer('CreateSnapshot')],
    [
      'after which the operator dies',
      (world) => world.crashOn(({ command }) => command === 'CreateSnapshot'),
    ],
    [
      'that is listed later, and after which the operator dies',
      (world) => {
        world.aws.faults.lag(20, 'ec2');
        world.crashOn(({ command }) => command === 'CreateSnapshot');
      },
    ],
  ])('are not taken twice where one is asked for %s', async (_, disturb) => {
    // Nothing but the operator itself keeps it from asking twice.
    const world = await simulate({ times: { snapshotPause: 0 } });
    ask(world, { everyHours: 24 });
    await world.until(isReady('orders'), 300);
    disturb(world);
    await world.until((each) => snapshots(each).length === 1, 2 * HOUR);
    await world.run(HOUR);
    expect(world.aws.made('snap')).toBe(1);
    expect(world.kubernetes.condition('orders', 'Healthy')?.status).toBe('True');
  });

  test('that fail are told, and taken again', async () => {
    const world = await simulate();
    ask(world, { everyHours: 24 });
    await world.until(isReady('orders'), 300);
    world.aws.ec2.copies.failure = 'internal error';
    await world.until(
      ({ kubernetes }) => kubernetes.condition('orders', 'Healthy')?.reason === 'SnapshotFailed',
      2 * HOUR,
    );
    expect(world.kubernetes.condition('orders', 'Healthy')).toMatchObject({
      message: expect.stringMatching(/the snapshot snap-\w+ of vol-\w+ failed \(internal error\)/),
    });
    expect(world.kubernetes.condition('orders', 'Ready')?.status).toBe('True');
    world.aws.ec2.copies.failure = undefined;
    await world.until(
      ({ kubernetes }) => kubernetes.condition('orders', 'Healthy')?.status === 'True',
      2 * HOUR,
    );
    await world.run(600);
    // The failed one holds nothing.
    expect(snapshots(world)).toHaveLength(1);
  });

  test('that AWS refuses are told, and stop nothing', async () => {
    const world = await simulate();
    world.aws.faults.refuse('CreateSnapshot', 'SnapshotLimitExceeded', 'too many');
    ask(world, { everyHours: 1 });
    await world.until(
      ({ kubernetes }) => kubernetes.condition('orders', 'Healthy')?.reason === 'SnapshotFailed',
      2 * HOUR,
    );
    expect(world.senders.post('orders').status).toBe(200);
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 120);
    world.aws.faults.accept();
    await world.until((each) => snapshots(each).length > 0, 3 * HOUR);
    await world.until(
      ({ kubernetes }) => kubernetes.condition('orders', 'Healthy')?.status === 'True',
      2 * HOUR,
    );
  });

  test('outlive their pipeline, and nobody else’s are touched', async () => {
    const world = await simulate();
    ask(world, { everyHours: 1, keep: 1 });
    await world.until((each) => snapshots(each).length > 0, 2 * HOUR);
    const [{ volumeId = '' } = {}] = snapshots(world);
    world.aws.ec2.snapshots.set('snap-other', {
      id: 'snap-other',
      tags: { 'nami.dev/cluster': 'simulated', 'nami.dev/object': 'snapshot', 'nami.dev/name': 'returns' },
      volumeId,
      sizeGiB: 8,
      startedAt: 0,
    });
    await world.run(3 * HOUR);
    expect(snapshots(world)).toHaveLength(2);
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 1500);
    expect(snapshots(world)).toHaveLength(2);
  });
});
