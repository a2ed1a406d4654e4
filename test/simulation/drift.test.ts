import { describe, expect, test } from 'vitest';
import { first, isReady, settledWorld } from './pipelines.ts';
import { lostEvents } from './whole-life.ts';
import type { World } from './world.ts';

/** Seconds within which what somebody changed in AWS is put right: a resync, and what that sets going. */
const PATIENCE = 1500;

/** What somebody does by hand in AWS, and how it is seen that it was put right. */
const DRIFTS: readonly (readonly [string, (world: World) => (world: World) => boolean])[] = [
  [
    'a deleted stage',
    ({ aws: { apiGateway } }) => {
      const { restApiId } = first(apiGateway.stages.values());
      apiGateway.stages.delete(`${restApiId}/live`);
      return ({ senders }) => senders.post('orders').status === 200;
    },
  ],
  [
    'a route that was deleted and deployed away',
    ({ aws: { apiGateway } }) => {
      const route = first(apiGateway.resources.filter(({ path }) => path === '/nami/orders'));
      const { restApiId } = first(apiGateway.stages.values());
      apiGateway.resources.delete(`${restApiId}/${route.id}`);
      const bare = { restApiId, id: 'by-hand', description: '', madeAt: 0, routes: {} };
      apiGateway.deployments.set(`${restApiId}/by-hand`, bare);
      apiGateway.stages.change(`${restApiId}/live`, { deploymentId: 'by-hand' });
      return ({ senders }) => senders.post('orders').status === 200;
    },
  ],
  [
    'tags taken off the stage',
    ({ aws: { apiGateway } }) => {
      const { restApiId } = first(apiGateway.stages.values());
      apiGateway.stages.change(`${restApiId}/live`, { tags: {} });
      return ({ senders }) => senders.post('orders').status === 200;
    },
  ],
  [
    'a deleted queue',
    ({ aws: { sqs } }) => {
      const { name } = first(sqs.queues.filter((queue) => queue.name.endsWith('-queue')));
      sqs.delete(name);
      return ({ aws, senders }) => aws.sqs.queues.has(name) && senders.post('orders').status === 200;
    },
  ],
  [
    'attributes of the queue',
    ({ aws: { sqs } }) => {
      const { name, attributes } = first(sqs.queues.filter((queue) => queue.name.endsWith('-queue')));
      sqs.queues.change(name, { attributes: { ...attributes, MessageRetentionPeriod: '60' } });
      return ({ aws }) => aws.sqs.queues.get(name)?.attributes.MessageRetentionPeriod === '345600';
    },
  ],
  [
    'a mapping that somebody disabled',
    ({ aws: { lambda } }) => {
      const { id } = first(lambda.mappings.values());
      lambda.mappings.change(id, { enabled: false });
      return ({ aws }) => aws.lambda.mappings.get(id)?.enabled === true;
    },
  ],
  [
    'a deleted function',
    ({ aws: { lambda } }) => {
      const { name } = first(lambda.functions.filter((each) => each.name.endsWith('-pre-queue')));
      lambda.delete(name);
      return ({ senders }) => senders.post('orders').status === 200;
    },
  ],
  [
    'memory of a function',
    ({ aws: { lambda } }) => {
      const { name } = first(lambda.functions.filter((each) => each.name.endsWith('-pre-queue')));
      lambda.functions.change(name, { memoryMiB: 1024 });
      return ({ aws }) => aws.lambda.functions.get(name)?.memoryMiB === 256;
    },
  ],
  [
    'a role that was deleted',
    ({ aws: { iam } }) => {
      const { name } = first(iam.roles.filter((role) => role.name.endsWith('-pre-queue')));
      iam.roles.delete(name);
      return ({ aws, senders }) => aws.iam.roles.has(name) && senders.post('orders').status === 200;
    },
  ],
  [
    'a policy taken off a role',
    ({ aws: { iam } }) => {
      const { name } = first(iam.roles.filter((role) => role.name.endsWith('-post-queue')));
      iam.roles.change(name, { policies: {} });
      return ({ aws }) => Object.keys(aws.iam.roles.get(name)?.policies ?? {}).length === 1;
    },
  ],
  [
    'a door opened in a security group',
    ({ aws: { ec2 } }) => {
      const { id, ingress } = first(ec2.securityGroups.filter((group) => group.name.endsWith('-host')));
      const door = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
      ec2.securityGroups.change(id, { ingress: [...ingress, door] });
      return ({ aws }) => aws.ec2.securityGroups.get(id)?.ingress.length === 1;
    },
  ],
  [
    'a stopped host',
    ({ aws: { ec2 } }) => {
      const { id } = first(ec2.instances.values());
      ec2.machines.stop(id);
      return ({ aws }) => aws.ec2.instances.get(id)?.stoppedAt === undefined;
    },
  ],
  [
    'a deleted alarm',
    ({ aws: { cloudWatch } }) => {
      const { name } = first(cloudWatch.alarms.values());
      cloudWatch.alarms.delete(name);
      return ({ aws }) => aws.cloudWatch.alarms.has(name);
    },
  ],
  [
    'the reclaim policy of the volume',
    ({ aws: { ec2 } }) => {
      const { id, tags } = first(ec2.volumes.values());
      const { Name = '', ...rest } = tags;
      ec2.volumes.change(id, { tags: { ...rest, 'nami.dev/reclaim-policy': 'Delete', Name } });
      return ({ aws }) => aws.ec2.volumes.get(id)?.tags['nami.dev/reclaim-policy'] === 'Retain';
    },
  ],
];

describe('is put right:', () => {
  test.each(DRIFTS)('%s', async (_, drift) => {
    const world = await settledWorld();
    await world.until(drift(world), PATIENCE);
    await world.until(isReady('orders'), PATIENCE);
    expect(world.aws.ec2.volumes.size).toBe(1);
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
