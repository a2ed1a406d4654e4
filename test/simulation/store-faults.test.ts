import { describe, expect, test } from 'vitest';
import type { StoreFault } from '../../handlers/contract.ts';
import { first, isReady, settledWorld } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** What a status says of a store that does not serve, and that nothing is lost meanwhile. */

const healthy = ({ kubernetes }: World) => kubernetes.condition('orders', 'Healthy');
const mapping = ({ aws }: World) => first(aws.lambda.mappings.values());
const isWell = (world: World) => healthy(world)?.status === 'True' && mapping(world).enabled;

test.each<[StoreFault, string, string]>([
  ['login', 'AuthFailed', 'correct user, password and authSource'],
  ['name', 'StoreUnreachable', 'DNS does not know its name'],
  ['silent', 'ProbeTimeout', 'gives no answer'],
])(
  'a store of the user’s own (%s) is told with what to change, and is read for again',
  async (fault, reason, words) => {
    const world = await simulate();
    const store: { isUp: boolean; fault?: StoreFault; events: Set<string> } = {
      isUp: true,
      events: new Set(),
    };
    world.aws.stores.external.set('db.example', store);
    world.kubernetes.setSecret('store', { uri: 'mongodb://u:p@db.example/?tls=true' });
    const spec = { store: { external: { uriSecretRef: { name: 'store', key: 'uri' } } } };
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
    await world.until(isReady('orders'), 600);
    await world.until(isWell, 300);
    store.fault = fault;
    await world.until((each) => healthy(each)?.reason === reason && !mapping(each).enabled, 300);
    expect(healthy(world)?.message).toContain(words);
    delete store.fault;
    await world.until(isWell, 300);
  },
);

test('a store that the operator may not ask is not called healthy, but told with the right that lacks', async () => {
  const world = await settledWorld();
  world.aws.faults.refuse(
    'Invoke',
    'AccessDeniedException',
    'User: nami-operator is not authorized to perform: lambda:InvokeFunction',
  );
  await world.until((each) => healthy(each)?.reason === 'ProbeFailed', 900);
  expect(healthy(world)).toMatchObject({
    status: 'Unknown',
    message: expect.stringContaining('lacks the right lambda:InvokeFunction'),
  });
  expect(mapping(world).enabled, 'it says nothing of the store').toBe(true);
  world.aws.faults.accept();
  await world.until(isWell, 300);
});

test('a host that somebody stopped is told, and started', async () => {
  const world = await settledWorld();
  const { id } = first(world.aws.ec2.instances.values());
  world.aws.ec2.machines.stop(id);
  await world.until((each) => healthy(each)?.reason === 'HostStopped', 900);
  expect(healthy(world)).toMatchObject({ status: 'False' });
  await world.until(isWell, 1800);
  expect(first(world.aws.ec2.instances.values()).id).toBe(id);
});

test('that dead letters go back is told after an outage, and not of a store that comes up for the first time', async () => {
  const told = ({ kubernetes }: World) =>
    kubernetes.events.filter(({ reason }) => reason === 'Redriven').length;
  const deadLetters = ({ aws }: World) => aws.sqs.messages.filter(({ queue }) => queue.endsWith('-dlq'));
  const world = await settledWorld();
  await world.run(300);
  expect(told(world)).toBe(0);

  const { id } = first(world.aws.ec2.instances.values());
  world.aws.ec2.machines.stop(id);
  await world.until((each) => !mapping(each).enabled, 900);
  world.aws.sqs.send(first(world.aws.sqs.queues.filter(({ name }) => name.endsWith('-dlq'))).name, 'late');
  await world.until((each) => isWell(each) && told(each) > 0, 1800);
  expect(told(world)).toBe(1);
  await world.until((each) => deadLetters(each).length === 0, 300);
});

describe('a volume that fills up', () => {
  const GIB = 2 ** 30;
  const deadLetters = ({ aws }: World) =>
    aws.sqs.messages.filter(({ queue }) => queue.endsWith('-dlq')).length;

  test('is told well before, pauses the queue while it is full, and costs no event once it has grown', async () => {
    const world = await settledWorld();
    const database = first([...world.aws.stores.databases.values()]);
    database.usedBytes = 7 * GIB;
    await world.until((each) => healthy(each)?.reason === 'VolumeFilling', 300);
    expect(mapping(world).enabled, 'there is room yet').toBe(true);
    expect(world.kubernetes.get('orders')?.status?.store).toMatchObject({
      version: '8.0.4',
      freeBytes: expect.closeTo(GIB, -8),
    });

    database.usedBytes = 7.8 * GIB;
    await world.until((each) => healthy(each)?.reason === 'VolumeFull' && !mapping(each).enabled, 300);
    const stored = database.events.size;
    for (let count = 0; count < 5; count += 1) expect(world.senders.post('orders').status).toBe(200);
    await world.run(6 * 3600);
    expect(database.events.size).toBe(stored);
    expect(deadLetters(world)).toBe(0);
    expect(isReady('orders')(world), 'deliveries are taken').toBe(true);

    const spec = { store: { managed: { volume: { sizeGiB: 16 } } } };
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
    await world.until(isWell, 1800);
    await world.until(() => database.events.size === stored + 5, 600);
    expect(deadLetters(world)).toBe(0);
  });
});

test('a volume that is full is written to again by itself once enough events have expired, though its files stay as large', async () => {
  const MIB = 2 ** 20;
  const world = await settledWorld();
  const database = first([...world.aws.stores.databases.values()]);
  database.usedBytes = (8 * 1024 - 350) * MIB;
  await world.until((each) => healthy(each)?.reason === 'VolumeFull' && !mapping(each).enabled, 300);
  expect(world.senders.post('orders').status).toBe(200);
  database.reusableBytes = 40 * MIB;
  await world.run(600);
  expect(mapping(world).enabled, 'too few have expired').toBe(false);
  database.reusableBytes = 3000 * MIB;
  await world.until(isWell, 600);
  await world.until(({ aws }) => aws.sqs.messages.size === 0, 600);
  expect(mapping(world).enabled).toBe(true);

  database.usedBytes = (8 * 1024 - 150) * MIB;
  await world.until((each) => healthy(each)?.reason === 'VolumeFull' && !mapping(each).enabled, 300);
});

test('a store at rest is written nothing about, however its latency and its journal move', async () => {
  const world = await settledWorld();
  await world.run(1200);
  const writes = world.kubernetes.writes.length;
  await world.run(6 * 3600);
  expect(world.kubernetes.writes.slice(writes)).toEqual([]);
});

describe('a host whose machine fails, or is going to,', () => {
  const standing = ({ aws }: World) => aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined);

  test('is told, and replaced on its volume once that has lasted, with every event', async () => {
    const world = await settledWorld();
    const [host] = standing(world);
    world.aws.ec2.machines.impair(host?.id ?? '');
    await world.until((each) => String(healthy(each)?.message).includes('status checks'), 300);
    expect(healthy(world)).toMatchObject({ status: 'False', reason: 'ProbeTimeout' });
    expect(world.senders.post('orders').status).toBe(200);
    await world.run(600);
    expect(
      standing(world).map(({ id }) => id),
      'it may come back by itself',
    ).toEqual([host?.id]);

    await world.until((each) => isReady('orders')(each) && isWell(each), 1800);
    expect(standing(world)).toHaveLength(1);
    expect(standing(world)[0]?.id).not.toBe(host?.id);
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 600);
    expect(world.aws.stores.databases.size).toBe(1);
  });

  test('goes on where its successor can not be', async () => {
    const world = await settledWorld();
    const [host] = standing(world);
    world.aws.ec2.machines.impair(host?.id ?? '');
    world.aws.faults.refuse('RunInstances', 'UnauthorizedOperation', 'You are not authorized');
    await world.run(3600);
    expect(standing(world).map(({ id }) => id)).toEqual([host?.id]);
  });

  test('is replaced as the only one at a time', async () => {
    const world = await simulate();
    const names = ['orders', 'returns', 'stock'];
    for (const name of names) world.kubernetes.apply({ metadata: { name } });
    await world.until((each) => names.every((name) => isReady(name)(each)), 1800);
    await world.run(600);
    const before = standing(world).map(({ id }) => id);
    for (const id of before) world.aws.ec2.machines.impair(id);
    const spare = () => before.filter((id) => standing(world).some((each) => each.id === id)).length;
    let left = before.length;
    for (let step = 0; step < 720 && left > 0; step += 1) {
      await world.run(10);
      expect(left - spare(), 'one at a time').toBeLessThanOrEqual(1);
      left = spare();
      if (left < before.length)
        expect(standing(world).length, 'no other before the last one is there').toBeGreaterThanOrEqual(
          before.length - 1,
        );
    }
    expect(left).toBe(0);
    await world.until((each) => names.every((name) => isReady(name)(each)), 1800);
  });

  test.each<[string, (world: World) => void]>([
    ['lacks its Secret', ({ kubernetes }) => kubernetes.remove('secrets', 'signing')],
    [
      'asks for a type that AWS does not have',
      ({ kubernetes }) =>
        void kubernetes.apply({
          metadata: { name: 'returns' },
          spec: { store: { managed: { instanceType: 't3.mirco' } } },
        }),
    ],
  ])('is replaced beside a pipeline that %s', async (_, spoil) => {
    const world = await settledWorld();
    const [host] = standing(world);
    world.kubernetes.setSecret('signing', { a: 'hunter2hunter2' });
    const source = { type: 'GitHub', secretRefs: [{ name: 'signing', key: 'a' }] };
    world.kubernetes.apply({ metadata: { name: 'returns' }, spec: { source } });
    await world.until(isReady('returns'), 600);
    await world.run(120);
    spoil(world);
    await world.until(({ kubernetes }) => kubernetes.condition('returns', 'Stalled')?.status === 'True', 600);
    world.aws.ec2.machines.impair(host?.id ?? '');
    await world.until((each) => !standing(each).some(({ id }) => id === host?.id), 1800);
    await world.until((each) => isReady('orders')(each) && isWell(each), 600);
  });

  test.each(['instance-retirement', 'instance-stop'] as const)(
    'is replaced before AWS ends it (%s), and no event waits for that day',
    async (code) => {
      const world = await settledWorld();
      const [host] = standing(world);
      world.aws.ec2.machines.schedule(host?.id ?? '', code, 14 * 86_400);
      await world.run(3700);
      await world.until((each) => isReady('orders')(each) && isWell(each), 1800);
      expect(standing(world)).toHaveLength(1);
      expect(standing(world)[0]?.id).not.toBe(host?.id);
      await world.run(7200);
      expect(standing(world)).toHaveLength(1);
    },
  );

  test('goes on where AWS starts it again, and where it is not known what is scheduled; both are told', async () => {
    const world = await settledWorld();
    const [host] = standing(world);
    const storeReady = () => {
      const { conditions = [] } = (world.kubernetes.get('orders')?.status ?? {}) as {
        conditions?: { type: string; status: string; reason: string; message: string }[];
      };
      return conditions.find(({ type }) => type === 'StoreReady');
    };
    world.aws.ec2.machines.schedule(host?.id ?? '', 'system-reboot', 86_400);
    await world.run(3700);
    expect(storeReady()).toMatchObject({ status: 'True', reason: 'HostMaintenance' });
    world.aws.faults.refuse('DescribeInstanceStatus', 'UnauthorizedOperation', 'You are not authorized');
    await world.run(3700);
    expect(storeReady()).toMatchObject({ status: 'True', reason: 'ScheduleUnseen' });
    expect(standing(world).map(({ id }) => id)).toEqual([host?.id]);
  });
});
