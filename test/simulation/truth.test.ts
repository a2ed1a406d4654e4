import { describe, expect, test } from 'vitest';
import { isGone, isReady } from './pipelines.ts';
import { lostEvents } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** What a pipeline says is so, whatever happened to it before; and no event is lost or out of sight for it. */

const PATIENCE = 1500;

async function ready(spec: object = {}, settings: Record<string, string> = {}): Promise<World> {
  const world = await simulate({ settings });
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
  await world.until(isReady('orders'), 300);
  await world.run(120);
  return world;
}

const only = <Row>(rows: readonly Row[]): Row => {
  const [row, another] = rows;
  if (row === undefined || another !== undefined) throw new Error(`there are ${rows.length}, not one`);
  return row;
};
const queueOf = ({ aws }: World, end: '-queue' | '-dlq') =>
  only(aws.sqs.queues.filter(({ name }) => name.endsWith(end))).name;
const hostsOf = ({ aws }: World) => aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined);
const says = (world: World, type: string) => {
  const { status, reason, message } = (world.kubernetes.condition('orders', type) ?? {}) as Record<
    string,
    string
  >;
  return { status, reason, message };
};
const isStalled = (reason: string) => (world: World) =>
  says(world, 'Stalled').status === 'True' && says(world, 'Stalled').reason === reason;

describe('a pipeline that is deleted after somebody deleted one of its queues', () => {
  test('has the events in its queue stored before that goes', async () => {
    const world = await ready();
    world.aws.stores.down.add(only(world.aws.ec2.volumes.values()).id);
    await world.run(120);
    for (let count = 0; count < 5; count += 1) world.senders.post('orders');
    world.aws.sqs.delete(queueOf(world, '-dlq'));
    world.kubernetes.delete('orders');
    await world.run(120);
    expect(world.aws.sqs.messagesIn(queueOf(world, '-queue'))).toHaveLength(5);
    expect(says(world, 'Ready').reason).toBe('Draining');
    world.aws.stores.down.clear();
    await world.until(isGone('orders'), PATIENCE);
    expect(world.aws.sqs.lost).toEqual([]);
    expect(lostEvents(world)).toEqual([]);
  });

  test('keeps the events in its dead-letter queue until its user has agreed', async () => {
    const world = await ready();
    for (let count = 0; count < 4; count += 1) world.aws.sqs.send(queueOf(world, '-dlq'), `dead-${count}`);
    world.aws.sqs.delete(queueOf(world, '-queue'));
    world.kubernetes.delete('orders');
    await world.run(600);
    expect(world.aws.sqs.messagesIn(queueOf(world, '-dlq'))).toHaveLength(4);
    expect(says(world, 'Ready').reason).toBe('DeadLettersLeft');
  });

  test.each(['GetQueueUrl', 'GetQueueAttributes'])(
    'waits for as long as they can not be seen, and says so (%s)',
    async (command) => {
      const world = await ready();
      world.aws.faults.refuse(command, 'RequestThrottled', 'slow down');
      // What an operator knows of a queue from before is gone.
      await world.restart();
      world.kubernetes.delete('orders');
      await world.run(600);
      expect(world.aws.sqs.queues.size).toBe(2);
      expect(world.kubernetes.get('orders')).toBeDefined();
      expect(says(world, 'Ready')).toMatchObject({ status: 'False', reason: 'QueueUnseen' });
    },
  );
});

describe('a store that is not found where it was', () => {
  test('whose volume lost its tags is neither replaced nor left by its host, and its user is told which tags', async () => {
    const world = await ready();
    const volume = only(world.aws.ec2.volumes.values());
    world.aws.ec2.volumes.change(volume.id, { tags: {} });
    await world.until(isStalled('VolumeTagsLost'), PATIENCE);
    expect(says(world, 'Ready')).toMatchObject({
      status: 'False',
      message: expect.stringContaining(volume.id),
    });
    expect(says(world, 'Ready').message).toContain('nami.dev/object');
    expect(world.aws.ec2.volumes.size).toBe(1);
    expect(hostsOf(world)).toHaveLength(1);
    // Events flow on meanwhile.
    world.senders.post('orders');
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 120);

    world.aws.ec2.volumes.change(volume.id, { tags: volume.tags });
    await world.until(isReady('orders'), PATIENCE);
    expect(lostEvents(world)).toEqual([]);
  });

  test('whose host lost its tags is not launched a second time', async () => {
    const world = await ready();
    const host = only(hostsOf(world));
    world.aws.ec2.instances.change(host.id, { tags: {} });
    await world.until(isStalled('HostTagsLost'), PATIENCE);
    expect(says(world, 'Ready').message).toContain(host.id);
    expect(hostsOf(world)).toHaveLength(1);
    world.aws.ec2.instances.change(host.id, { tags: host.tags });
    await world.until(isReady('orders'), PATIENCE);
    expect(hostsOf(world).map(({ id }) => id)).toEqual([host.id]);
  });

  test.each(['ec2:DescribeVolumes', 'ec2:DescribeInstances'] as const)(
    'in one single answer of %s is where it was',
    async (command) => {
      const world = await ready();
      world.aws.faults.empty(command);
      world.kubernetes.annotate('orders', { 'nami.dev/reconcile-requested-at': 'now' });
      await world.run(PATIENCE);
      expect(world.aws.ec2.volumes.size).toBe(1);
      expect(hostsOf(world)).toHaveLength(1);
      expect(isReady('orders')(world)).toBe(true);
    },
  );

  test('whose volume is gone begins anew only when its user gives the old one up by name', async () => {
    const world = await ready();
    const volume = only(world.aws.ec2.volumes.values());
    world.aws.ec2.machines.end(only(hostsOf(world)).id);
    world.aws.ec2.volumes.delete(volume.id);
    await world.until(isStalled('VolumeGone'), PATIENCE);
    expect(world.aws.ec2.volumes.size).toBe(0);
    world.kubernetes.annotate('orders', { 'nami.dev/replace-volume': volume.id });
    await world.until(isReady('orders'), PATIENCE);
    expect(world.aws.ec2.volumes.size).toBe(1);
  });
});

test('a password that somebody deleted is taken back from the function, and none is made up', async () => {
  const world = await ready();
  const { name, value } = only(
    world.aws.ssm.parameters.filter((each) => each.name.endsWith('/store-password')),
  );
  world.aws.ssm.parameters.delete(name);
  await world.until(({ aws }) => aws.ssm.parameters.has(name), PATIENCE);
  expect(world.aws.ssm.parameters.get(name)?.value).toBe(value);
  world.senders.post('orders');
  await world.until(({ aws }) => aws.sqs.messages.size === 0, 120);
  expect(lostEvents(world)).toEqual([]);
});

describe('a host is ended only when its successor is known to be possible', () => {
  test.each([
    ['a type that AWS does not have', { instanceType: 't3.mirco' }],
    ['a processor that MongoDB can not run on', { instanceType: 'a1.medium' }],
    ['an older database', { mongoImage: 'public.ecr.aws/docker/library/mongo:7' }],
    ['a machine image that is not there', { amiId: 'ami-0123456789abcdef0' }],
  ])('not for %s: it goes on, and the status says why', async (_, managed) => {
    const world = await ready({}, { NAMI_ALLOWED_AMIS: 'ami-0123456789abcdef0' });
    const host = only(hostsOf(world));
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { store: { managed } } });
    await world.until((each) => says(each, 'Stalled').status === 'True', PATIENCE);
    await world.run(600);
    expect(hostsOf(world).map(({ id }) => id)).toEqual([host.id]);
    expect(says(world, 'StoreReady').status).toBe('False');
    world.senders.post('orders');
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 120);
    expect(lostEvents(world)).toEqual([]);

    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: {} });
    await world.until(isReady('orders'), PATIENCE);
    expect(hostsOf(world).map(({ id }) => id)).toEqual([host.id]);
  });
});

test('a pipeline whose host was replaced is not ready before the new one has answered', async () => {
  const world = await ready();
  const volume = only(world.aws.ec2.volumes.values());
  // The new host comes up, and its database does not.
  world.aws.stores.down.add(volume.id);
  world.aws.ec2.machines.end(only(hostsOf(world)).id);
  await world.until(({ aws }) => aws.ec2.instances.size === 2, PATIENCE);
  await world.run(300);
  for (let minute = 0; minute < 30; minute += 1) {
    expect(says(world, 'Ready').status).toBe('False');
    expect(says(world, 'StoreReady').status).toBe('False');
    await world.run(60);
  }
  world.aws.stores.down.clear();
  await world.until(isReady('orders'), 300);
});

test('an outage longer than the queue keeps events for costs none', async () => {
  const world = await ready({ queue: { retentionSeconds: 3600 } });
  const volume = only(world.aws.ec2.volumes.values());
  world.aws.stores.down.add(volume.id);
  await world.run(600);
  for (let count = 0; count < 3; count += 1) world.senders.post('orders');
  await world.run(3 * 3600);
  world.aws.stores.down.clear();
  await world.until(({ aws }) => aws.sqs.messages.size === 0, 3600);
  expect(lostEvents(world)).toEqual([]);
  await world.until(
    ({ aws }) => aws.sqs.queues.get(queueOf(world, '-queue'))?.attributes.MessageRetentionPeriod === '3600',
    PATIENCE,
  );
});

describe('what went to the dead-letter queue in an outage', () => {
  const outage = async (hurt: (world: World) => void): Promise<World> => {
    const world = await ready();
    world.aws.stores.down.add(only(world.aws.ec2.volumes.values()).id);
    await world.run(600);
    world.aws.sqs.send(queueOf(world, '-dlq'), 'dead');
    world.senders.accepted.add('dead');
    hurt(world);
    world.aws.stores.down.clear();
    await world.run(1800);
    return world;
  };

  test.each<[string, (world: World) => void]>([
    ['', () => {}],
    [
      'though the operator dies just after it has resumed the queue',
      (world) => world.crashOn(({ command }) => command === 'UpdateEventSourceMapping'),
    ],
    [
      'though the first call for it is throttled',
      ({ aws }) => aws.faults.throttle('sqs:StartMessageMoveTask', 6),
    ],
    [
      'though the operator dies just after it has begun to',
      (world) => world.crashOn(({ command }) => command === 'StartMessageMoveTask'),
    ],
    [
      'though the operator dies just after it was due no more',
      (world) => world.crashOn(({ command }) => command === 'UntagQueue'),
    ],
  ])('goes back %s', async (_, hurt) => {
    const world = await outage(hurt);
    expect(world.aws.sqs.messages.size).toBe(0);
    expect(lostEvents(world)).toEqual([]);
    expect(isReady('orders')(world)).toBe(true);
  });

  test('goes back too where the pipeline is deleted meanwhile, which waits for that', async () => {
    const world = await ready();
    const { id } = only(world.aws.ec2.volumes.values());
    world.aws.stores.down.add(id);
    await world.run(600);
    world.aws.sqs.send(queueOf(world, '-dlq'), 'dead');
    world.kubernetes.delete('orders');
    await world.run(300);
    expect(says(world, 'Ready').reason).toBe('Draining');
    world.aws.stores.down.clear();
    await world.until(isGone('orders'), PATIENCE);
    expect([...(world.aws.stores.databases.get(id)?.events ?? [])]).toEqual(['dead']);
  });
});

test('one answer that the store can not be reached pauses nothing', async () => {
  const world = await ready();
  const { id } = only(world.aws.ec2.volumes.values());
  const changes = world.aws.changes.length;
  const probes = () => world.aws.calls.filter(({ command }) => command === 'Invoke').length;
  const before = probes();
  world.aws.stores.down.add(id);
  await world.until(() => probes() > before, 120);
  world.aws.stores.down.delete(id);
  await world.run(300);
  expect(world.aws.changes.slice(changes)).toEqual([]);
});

describe('a status that can not be written', () => {
  test.each([422, 500, 403, 0])('for %i does not stop the work that it would speak of', async (status) => {
    const world = await ready();
    world.kubernetes.refuse('apply', 'webhookpipelines/status', status);
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { preQueue: { memoryMiB: 512 } } });
    await world.until(
      ({ aws }) => aws.lambda.functions.filter(({ memoryMiB }) => memoryMiB === 512).length === 1,
      PATIENCE,
    );
    world.kubernetes.accept();
    await world.until(isReady('orders'), PATIENCE);
  });

  test('of a generation that can not be applied says so, and not that all is well', async () => {
    const world = await ready();
    world.aws.faults.refuse(
      'GetFunction',
      'AccessDeniedException',
      'not authorized to perform: lambda:GetFunction',
    );
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { preQueue: { memoryMiB: 512 } } });
    await world.until((each) => says(each, 'Ready').status === 'False', PATIENCE);
    expect(says(world, 'Ready')).toMatchObject({
      reason: 'AccessDenied',
      message: expect.stringContaining('lambda:GetFunction'),
    });
  });
});

describe('what is missing is asked for again soon', () => {
  const GITHUB = { source: { type: 'GitHub', secretRefs: [{ name: 'signing', key: 'key' }] } };

  test('a Secret that comes a moment after its pipeline', async () => {
    const world = await simulate();
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: GITHUB });
    await world.until(isStalled('SecretInvalid'), 30);
    world.kubernetes.setSecret('signing', { key: 'secret' });
    await world.until((each) => says(each, 'Ready').reason !== 'SecretInvalid', 15);
    await world.until(isReady('orders'), 300);
  });

  test('and more slowly afterwards, with one line in the log', async () => {
    const world = await simulate();
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: GITHUB });
    await world.run(3600);
    const lines = world.log.filter(({ message }) => message === 'could not be worked on');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.details).not.toHaveProperty('err');
    world.kubernetes.setSecret('signing', { key: 'secret' });
    await world.until(isReady('orders'), 61 + 60);
  });
});

test.each([
  ['DeleteResource', 'apigateway:DELETE'],
  ['GetResources', 'apigateway:GET'],
  ['DeleteFunction', 'lambda:DeleteFunction'],
])(
  'a deletion that lacks a right says which, once in the log and for as long as it lasts (%s)',
  async (command, right) => {
    const world = await ready();
    world.aws.faults.refuse(
      command,
      'AccessDeniedException',
      `User x is not authorized to perform: ${right} on y`,
    );
    world.kubernetes.delete('orders');
    await world.run(900);
    expect(says(world, 'Ready').message).toContain(right);
    expect(world.log.filter(({ details }) => 'err' in details)).toEqual([]);
    world.aws.faults.accept();
    await world.until(isGone('orders'), PATIENCE);
  },
);

test('the ids of what stays are in the log, for a namespace that is being deleted takes no Events', async () => {
  const world = await ready();
  const volume = only(world.aws.ec2.volumes.values());
  world.kubernetes.refuse('create', 'events', 403);
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), PATIENCE);
  expect(
    world.log.some(({ details }) => 'stays' in details && String(details.stays).includes(volume.id)),
  ).toBe(true);
});

describe('a pipeline that is paused', () => {
  const pause = (world: World, paused: boolean) =>
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { postQueue: { paused } } });

  test('takes deliveries, stores none for longer than the queue keeps them, and then all of them', async () => {
    const world = await ready({ queue: { retentionSeconds: 3600 } });
    pause(world, true);
    await world.until((each) => says(each, 'Healthy').reason === 'Paused', 120);
    await world.until(isReady('orders'), 120);
    expect(says(world, 'Ready').message).toContain('wait in the queue');
    for (let count = 0; count < 3; count += 1) expect(world.senders.post('orders').status).toBe(200);
    await world.run(6 * 3600);
    // What becomes of the operator or of the store meanwhile changes nothing.
    await world.restart();
    world.aws.stores.down.add(only(world.aws.ec2.volumes.values()).id);
    await world.run(600);
    world.aws.stores.down.clear();
    await world.run(600);
    expect(world.aws.sqs.messagesIn(queueOf(world, '-queue'))).toHaveLength(3);

    pause(world, false);
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 600);
    await world.until((each) => says(each, 'Healthy').reason === 'Healthy', 300);
    expect(lostEvents(world)).toEqual([]);
  });

  test('is paused too where something else of it can not be had', async () => {
    const world = await ready();
    world.kubernetes.apply({
      metadata: { name: 'orders' },
      spec: {
        source: { type: 'GitHub', secretRefs: [{ name: 'missing', key: 'a' }] },
        postQueue: { paused: true },
      },
    });
    await world.until(isStalled('SecretInvalid'), 120);
    await world.run(120);
    expect(world.aws.lambda.mappings.filter(({ enabled }) => enabled)).toEqual([]);
  });

  test('is not deleted with events in its queue, and says why they stay', async () => {
    const world = await ready();
    pause(world, true);
    await world.until((each) => says(each, 'Healthy').reason === 'Paused', 120);
    world.senders.post('orders');
    world.kubernetes.delete('orders');
    await world.run(1800);
    expect(says(world, 'Ready')).toMatchObject({
      reason: 'QueueNotEmpty',
      message: expect.stringContaining('spec.postQueue.paused is true'),
    });
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { postQueue: { paused: false } } });
    await world.until(isGone('orders'), PATIENCE);
    expect(lostEvents(world)).toEqual([]);
  });
});

test('an endpoint that is out of service takes nothing, while what was taken is stored', async () => {
  const world = await ready();
  world.senders.post('orders');
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { endpoint: { enabled: false } } });
  await world.until((each) => says(each, 'Healthy').reason === 'EndpointDisabled', 300);
  await world.until(({ aws }) => aws.sqs.messages.size === 0, 120);
  await world.until(isReady('orders'), 300);
  expect(says(world, 'Ready').message).toContain('answered 503');
  expect(lostEvents(world)).toEqual([]);
});

describe('a pipeline that is suspended', () => {
  test('has not failed, and nothing is done for it until it goes on', async () => {
    const world = await ready();
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { suspend: true } });
    await world.until((each) => says(each, 'Suspended').status === 'True', 60);
    expect(says(world, 'Stalled').status).toBe('False');
    expect(says(world, 'Reconciling').status).toBe('False');
    expect(says(world, 'Ready').status).toBe('True');
    const changes = world.aws.changes.length;
    world.kubernetes.annotate('orders', { 'nami.dev/reconcile-requested-at': 'now' });
    await world.run(3600);
    expect(world.aws.changes.slice(changes)).toEqual([]);
    expect(world.senders.post('orders').status).toBe(200);

    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { preQueue: { memoryMiB: 512 } } });
    await world.until(isReady('orders'), PATIENCE);
    expect(world.kubernetes.condition('orders', 'Suspended')).toBeUndefined();
  });
});

test('a pipeline that waits to be begun is deleted before all others are there', async () => {
  const world = await simulate();
  const names = Array.from({ length: 90 }, (_, index) => `shop-${index}`);
  for (const name of names) world.kubernetes.apply({ metadata: { name } });
  await world.run(20);
  const last = names.findLast((name) => !world.kubernetes.get(name)?.status?.objects) ?? '';
  world.kubernetes.delete(last);
  await world.until(isGone(last), 400);
  expect(names.every((name) => isReady(name)(world))).toBe(false);
});

test('thirty pipelines applied at once are seen at once, and come one after the other', async () => {
  const world = await simulate();
  const names = Array.from({ length: 30 }, (_, index) => `shop-${index}`);
  for (const name of names) world.kubernetes.apply({ metadata: { name } });
  await world.until(
    ({ kubernetes }) => names.every((name) => kubernetes.condition(name, 'Ready') !== undefined),
    5,
  );
  const readyAt: number[] = [];
  for (let second = 0; readyAt.length < names.length; second += 5) {
    await world.run(5);
    const count = names.filter((name) => isReady(name)(world)).length;
    while (readyAt.length < count) readyAt.push(second);
    if (second > 1800) throw new Error(`${count} are ready after half an hour`);
  }
  // The first are not held up until all were looked at: only those that are begun with them share AWS's rates.
  expect(readyAt[0]).toBeLessThan(0.6 * (readyAt.at(-1) ?? 0));
});

describe('a right in Kubernetes that the operator lacks is told of as such:', () => {
  test.each([
    ['namespaces', 'get', 'late'],
    ['webhookpipelines', 'patch', 'late'],
    ['namespaces', 'get', 'orders'],
  ] as const)('%s %s, by %s', async (resource, verb, name) => {
    const world = await ready();
    world.kubernetes.refuse(verb, resource, 403);
    await world.restart();
    world.kubernetes.apply({ metadata: { name: 'late' } });
    await world.run(120);
    expect(world.kubernetes.condition(name, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'AccessDenied',
      message: expect.stringContaining(`${resource} are refused (${verb})`),
    });
    const { length } = world.kubernetes.writes;
    await world.run(600);
    expect(world.kubernetes.writes.slice(length).filter(({ verb }) => verb === 'apply')).toEqual([]);
    world.kubernetes.accept();
    await world.until(isReady('late'), 300);
    await world.until(isReady('orders'), 300);
  });
});

test('dead letters of an outage that can not be moved back say why, and the log does once', async () => {
  const world = await ready();
  const refusal = 'User: nami is not authorized to perform: sqs:StartMessageMoveTask';
  world.aws.faults.refuse('StartMessageMoveTask', 'AccessDenied', refusal);
  const [volume] = world.aws.ec2.volumes.values();
  world.aws.stores.down.add(volume?.id ?? '');
  world.senders.post('orders');
  world.aws.sqs.send(queueOf(world, '-dlq'), 'dead');
  await world.run(400);
  world.aws.stores.down.clear();
  await world.run(1800);
  expect(says(world, 'Healthy').message).toMatch(/can't be moved back.*sqs:StartMessageMoveTask/);
  expect(world.log.filter(({ message }) => message.includes('could not be redriven'))).toHaveLength(1);
  world.aws.faults.accept();
  await world.run(600);
  expect(says(world, 'Healthy').status).toBe('True');
  expect(world.aws.sqs.messages.size).toBe(0);
});
