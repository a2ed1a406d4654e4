import { describe, expect, test } from 'vitest';
import { DRIFTS } from './drifts.ts';
import { first, isReady, settledWorld } from './pipelines.ts';
import { lostEvents } from './whole-life.ts';

/** Seconds within which what somebody changed in AWS is put right: a resync, and what that sets going. */
const PATIENCE = 1500;

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
