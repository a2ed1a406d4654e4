import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { kinds } from '../../src/aws/kinds/index.ts';
import { portrait } from './aws/portrait.ts';
import type { Table } from './aws/table.ts';
import { DRIFTS } from './drifts.ts';
import { fullWorld } from './full-world.ts';
import { first, isReady, settledWorld } from './pipelines.ts';
import { FULL } from './sweep/life.ts';
import { lostEvents } from './whole-life.ts';
import { driftsTold, type World } from './world.ts';

/** Seconds within which what somebody changed in AWS is put right: a resync, and what that sets going. */
const PATIENCE = 1500;
const RESYNC = 700;
const LOOK = 130;
const CLOSED = { NAMI_DISABLE_EXECUTE_API_ENDPOINT: 'true' };

const urlOf = ({ kubernetes }: World): string =>
  first([kubernetes.get('orders')?.status?.endpoint as { readonly url: string }]).url;

const byKind = Map.groupBy(DRIFTS, ({ object: [kind] }) => kind);

test('there is a drift of every kind of object', () => {
  expect([...byKind.keys()].sort()).toEqual(Object.keys(kinds).sort());
});

describe('what somebody changes in AWS is put right, and it is told what that was:', () => {
  test.each([...byKind])('%s', async (kind, drifts) => {
    const world = await fullWorld(kind === 'DefaultEndpoint' ? CLOSED : {});
    const shouldBe = portrait(world.aws);
    for (const { object, told: words, meddle } of drifts) {
      const before = driftsTold(world).length;
      meddle(world);
      const said = `${object.join(' ')}.*${words}`;
      await world.until(() => driftsTold(world).length > before, PATIENCE);
      for (let pause = 5; pause < PATIENCE && !isDeepStrictEqual(portrait(world.aws), shouldBe); pause *= 2)
        await world.run(pause);
      expect(portrait(world.aws), said).toEqual(shouldBe);
      expect(driftsTold(world).slice(before).join('; ')).toMatch(
        new RegExp(`${object[0]} ${object[1]}.*${words}`),
      );
      await world.until(isReady('orders'), PATIENCE);
      await world.run(LOOK);
      const [changes, words2] = [world.aws.changes.length, driftsTold(world).length];
      await world.run(RESYNC);
      expect(world.aws.changes.slice(changes).map(({ command }) => command)).toEqual([]);
      expect(driftsTold(world)).toHaveLength(words2);
      expect(world.senders.postTo(urlOf(world)).status).toBe(200);
    }
  });
});

describe('what a look at the store or the queues finds gone is made again at once, and no resync waited for:', () => {
  test.each<[string, (world: World) => Table<object>, RegExp]>([
    ['the queue', ({ aws }) => aws.sqs.queues, /-queue$/],
    ['the dead-letter queue', ({ aws }) => aws.sqs.queues, /-dlq$/],
    ['the post-queue function', ({ aws }) => aws.lambda.functions, /-post-queue$/],
  ])('%s', async (_, tableOf, name) => {
    const world = await settledWorld();
    const table = tableOf(world) as Table<{ readonly name: string }>;
    const gone = first(table.filter((each) => name.test(each.name))).name;
    table.delete(gone);
    await world.run(LOOK);
    expect(table.has(gone)).toBe(true);
    await world.until(isReady('orders'), LOOK);
    expect(driftsTold(world).join('; ')).toMatch(/was gone and is made again/);
    expect(world.senders.post('orders').status).toBe(200);
    await world.run(LOOK);
    expect([lostEvents(world), world.aws.sqs.messages.size]).toEqual([[], 0]);
    const changes = world.aws.changes.length;
    await world.run(RESYNC);
    expect(world.aws.changes.length).toBe(changes);
  });
});

test('what nobody manages is left alone, and nothing is told of it', async () => {
  const world = await fullWorld();
  const { apiGateway, cloudWatch, ec2, iam, lambda, logs, route53, sqs, ssm } = world.aws;
  for (const [table, key] of [
    [apiGateway.domains.domainNames, 'name'],
    [apiGateway.restApis, 'id'],
    [cloudWatch.alarms, 'name'],
    [ec2.instances, 'id'],
    [ec2.network.internetGateways, 'id'],
    [ec2.network.routeTables, 'id'],
    [ec2.securityGroups, 'id'],
    [ec2.subnets, 'id'],
    [ec2.volumes, 'id'],
    [ec2.vpcs, 'id'],
    [iam.instanceProfiles, 'name'],
    [iam.roles, 'name'],
    [lambda.functions, 'name'],
    [logs.groups, 'name'],
    [sqs.queues, 'name'],
    [ssm.parameters, 'name'],
  ] as unknown as [Table<{ tags: Record<string, string> }>, string][])
    for (const row of table.values())
      table.change((row as unknown as Record<string, string>)[key] ?? '', {
        tags: { ...row.tags, 'their-own': 'tag' },
      });
  const stage = first(apiGateway.stages.values());
  apiGateway.stages.change(`${stage.restApiId}/live`, {
    tags: { ...stage.tags, 'their-own': 'tag' },
    variables: { ...stage.variables, theirs: '1' },
  });
  const queue = first(sqs.queues.filter(({ name }) => name.endsWith('-queue')));
  sqs.queues.change(queue.name, { attributes: { ...queue.attributes, DelaySeconds: '5' } });
  const alarm = first(cloudWatch.alarms.values());
  cloudWatch.alarms.change(alarm.name, {
    settings: {
      ...alarm.settings,
      InsufficientDataActions: ['arn:aws:sns:eu-central-1:123456789012:theirs'],
    },
  });
  const volume = first(ec2.volumes.values());
  ec2.volumes.change(volume.id, { sizeGiB: volume.sizeGiB + 10 });
  const alias = first(lambda.aliases.values());
  lambda.aliases.set(`${alias.functionName}:theirs`, { ...alias, name: 'theirs' });
  const permission = first(lambda.permissions.values());
  lambda.permissions.set(`${permission.key}/theirs`, { ...permission, Sid: 'theirs' });
  const parent = first(apiGateway.resources.filter(({ path }) => path === '/'));
  apiGateway.resources.set(`${parent.restApiId}/theirs`, {
    ...parent,
    id: 'theirs',
    parentId: parent.id,
    path: '/theirs',
    methods: { GET: { uri: 'arn:theirs' } },
  });
  route53.records.set('Z1/theirs./A/', { zoneId: 'Z1', record: { Name: 'theirs.', Type: 'A' } });
  await world.run(10);
  const [shouldBe, changes] = [portrait(world.aws), world.aws.changes.length];
  await world.run(3 * RESYNC);
  await world.restart();
  await world.run(3 * RESYNC);
  expect(portrait(world.aws)).toEqual(shouldBe);
  expect(world.aws.changes.slice(changes).map(({ command }) => command)).toEqual([]);
  expect(driftsTold(world)).toEqual([]);
});

describe('what somebody adds to what is ours is taken away, and told:', () => {
  const nameOf = ({ aws }: World, end: string) =>
    first(aws.lambda.functions.filter(({ name }) => name.endsWith(end))).name;

  test.each<[string, (world: World) => void]>([
    [
      'ReservedConcurrency',
      (world) => void world.aws.lambda.functions.change(nameOf(world, '-pre-queue'), { reserved: 0 }),
    ],
    [
      'EventSourceMapping',
      ({ aws: { lambda } }) => {
        const mapping = first(lambda.mappings.values());
        const id = '00000000-0000-4000-8000-00000000000f';
        lambda.mappings.set(id, {
          ...mapping,
          id,
          queueArn: `${mapping.queueArn}-of-theirs`,
        });
      },
    ],
  ])('%s', async (kind, add) => {
    const world = await settledWorld();
    const shouldBe = portrait(world.aws);
    add(world);
    await world.run(PATIENCE);
    expect(driftsTold(world)).toEqual([
      expect.stringMatching(new RegExp(`^${kind} .+ was there beside what is wanted and is removed$`)),
    ]);
    expect(world.log.filter(({ message }) => message.startsWith('somebody else'))).toHaveLength(1);
    expect(portrait(world.aws)).toEqual(shouldBe);
  });
});

test('what a wish does not name any more is told to go, and not as somebody else’s doing', async () => {
  const world = await settledWorld();
  const spec = { alarms: { enabled: false } };
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
  await world.run(PATIENCE);
  expect(driftsTold(world)).toEqual([]);
  const told = world.kubernetes.events.map((event) => String((event as { readonly note?: string }).note));
  expect(told.some((note) => /Alarm \S+-dead-letters removed/.test(note))).toBe(true);
});

/** Kinds of what a region's pipelines share. */
const SHARED = new Set([
  'BasePathMapping',
  'DnsRecord',
  'DomainName',
  'GatewayResponse',
  'InternetGateway',
  'RestApi',
  'Route',
  'RouteTable',
  'Stage',
  'Subnet',
  'Vpc',
]);
const ofRegion = [...byKind].filter(([kind]) => SHARED.has(kind));

describe('while the operator is down', () => {
  async function downWhile(meddle: (world: World) => void): Promise<World> {
    const world = await fullWorld();
    const shouldBe = portrait(world.aws);
    await world.stop();
    meddle(world);
    world.start();
    await world.run(2 * RESYNC);
    await world.until(isReady('orders'), PATIENCE);
    if (world.kubernetes.get('orders')?.metadata.generation === 1)
      expect(portrait(world.aws)).toEqual(shouldBe);
    return world;
  }
  const deleteAlarm = ({ aws: { cloudWatch } }: World) =>
    cloudWatch.alarms.delete(first(cloudWatch.alarms.values()).name);

  test('what is deleted is told to be gone: the status knows that it was there', async () => {
    const world = await downWhile(deleteAlarm);
    expect(driftsTold(world)).toEqual([expect.stringMatching(/^Alarm .* was gone and is made again$/)]);
  });

  test('what is changed is put right, and not called drift: it may be what the new process wants', async () => {
    const world = await downWhile(({ aws: { lambda } }) => {
      const { name } = first(lambda.functions.values());
      lambda.functions.change(name, { memoryMiB: 3008 });
    });
    expect(driftsTold(world)).toEqual([]);
    const notes = world.kubernetes.events.map((event) => String((event as { readonly note?: string }).note));
    expect(notes.join()).toMatch(/Function \S+ updated memoryMiB/);
  });

  test('every kind of what a region shares has a drift', () => {
    expect(ofRegion.map(([kind]) => kind).sort()).toEqual([...SHARED].sort());
  });

  test.each(ofRegion)(
    'what is changed of a region’s %s is put right, and all comes to rest',
    async (_, drifts) => {
      const world = await downWhile(first(drifts).meddle);
      const changes = world.aws.changes.length;
      await world.run(RESYNC);
      expect(world.aws.changes.slice(changes).map(({ command }) => command)).toEqual([]);
      expect(world.senders.postTo(urlOf(world)).status).toBe(200);
    },
  );

  test('what is deleted together with a change of the spec is not called drift', async () => {
    const world = await downWhile((each) => {
      deleteAlarm(each);
      each.kubernetes.apply({
        metadata: { name: 'orders' },
        spec: { ...FULL, postQueue: { memoryMiB: 512 } },
      });
    });
    expect(driftsTold(world)).toEqual([]);
  });
});

test('a host is replaced as often as it ends, hours apart', async () => {
  const world = await settledWorld();
  for (let end = 0; end < 3; end += 1) {
    for (const { id, endedAt } of world.aws.ec2.instances.values())
      if (endedAt === undefined) world.aws.ec2.machines.end(id);
    await world.until(
      ({ aws }) => aws.ec2.instances.filter((each) => each.endedAt === undefined).length === 1,
      PATIENCE,
    );
    await world.run(2 * 3600);
  }
});

describe('no event is lost', () => {
  test('while the database is down and comes back', async () => {
    const world = await settledWorld();
    const { id } = first(world.aws.ec2.volumes.values());
    for (let minute = 0; minute < 60; minute += 1) {
      if (minute === 5) world.aws.stores.down.add(id);
      if (minute === 45) world.aws.stores.down.delete(id);
      expect(world.senders.post('orders').status).toBe(200);
      await world.run(60);
    }
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 1800);
    expect(lostEvents(world)).toEqual([]);
    expect(world.aws.stores.databases.get(id)?.events.size).toBe(60);
  });

  test('when the host dies, and a new one takes the volume', async () => {
    const world = await settledWorld();
    world.aws.ec2.machines.end(first(world.aws.ec2.instances.values()).id);
    for (let minute = 0; minute < 30; minute += 1) {
      expect(world.senders.post('orders').status).toBe(200);
      await world.run(60);
    }
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 1800);
    expect(lostEvents(world)).toEqual([]);
    expect(world.aws.ec2.volumes.size).toBe(1);
    await world.until(isReady('orders'), PATIENCE);
  });

  test('when a pipeline is deleted with events in its queue', async () => {
    const world = await settledWorld();
    for (let count = 0; count < 100; count += 1) world.senders.post('orders');
    world.kubernetes.delete('orders');
    await world.until(({ kubernetes }) => kubernetes.get('orders') === undefined, 1800);
    expect(world.aws.sqs.lost).toEqual([]);
    expect(lostEvents(world)).toEqual([]);
  });

  test('when a dead-letter queue holds one at the deletion: it stops until the user agrees', async () => {
    const world = await settledWorld();
    const { name } = first(world.aws.sqs.queues.filter((queue) => queue.name.endsWith('-dlq')));
    world.aws.sqs.send(name, 'dead');
    world.kubernetes.delete('orders');
    await world.run(1800);
    expect(world.kubernetes.condition('orders', 'Ready')).toMatchObject({ reason: 'DeadLettersLeft' });
    expect(world.aws.sqs.lost).toEqual([]);
    world.kubernetes.annotate('orders', { 'nami.dev/discard-events': 'true' });
    await world.until(({ kubernetes }) => kubernetes.get('orders') === undefined, 600);
  });
});

test('a pipeline that is made again takes its volume back, events and all', async () => {
  const world = await settledWorld();
  world.senders.post('orders');
  await world.until(({ aws }) => aws.sqs.messages.size === 0, 60);
  world.kubernetes.delete('orders');
  await world.until(({ kubernetes }) => kubernetes.get('orders') === undefined, 600);
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 600);
  expect(world.aws.ec2.volumes.size).toBe(1);
  expect(first([...world.aws.stores.databases.values()]).events.size).toBe(1);
});
