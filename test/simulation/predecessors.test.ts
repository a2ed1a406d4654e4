import { expect, test } from 'vitest';
import { first, isGone, isReady } from './pipelines.ts';
import { lostEvents } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** What a pipeline left in AWS on purpose serves on, whoever comes in a namespace that is made again under its name. */

const ORDERS = { name: 'orders' };

/** A world in which "orders" was retained, and its namespace made anew. */
async function worldWithPredecessor(): Promise<World> {
  const world = await simulate();
  world.kubernetes.apply({ metadata: ORDERS, spec: { deletionPolicy: 'Retain' } });
  await world.until(isReady('orders'), 300);
  await world.run(120);
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), 300);
  world.kubernetes.deleteNamespace('default');
  world.kubernetes.createNamespace('default');
  return world;
}

const isRefused = ({ kubernetes }: World) =>
  kubernetes.condition('orders', 'Ready')?.reason === 'OwnedByPredecessor';

/** Lets time pass in which each delivery is taken. */
async function serves(world: World, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 10) {
    expect(world.senders.post('orders').status, world.describe()).toBe(200);
    await world.run(10);
  }
}

test.each([
  ['the same path', {}],
  ['another path', { endpoint: { path: 'others' } }],
  ['a paused queue', { postQueue: { paused: true } }],
])('a newcomer with %s comes and goes, and the predecessor serves on', async (_, spec) => {
  const world = await worldWithPredecessor();
  const before = world.aws.contents();
  world.kubernetes.apply({ metadata: ORDERS, spec });
  await world.until(isRefused, 300);
  await serves(world, 300);
  await world.restart();
  await serves(world, 300);
  world.kubernetes.delete('orders');
  // There always is something in the queue.
  await serves(world, 180);
  expect(isGone('orders')(world), world.describe()).toBe(true);
  await serves(world, 120);
  expect(world.aws.contents()).toEqual(before);
  await world.run(300);
  expect([lostEvents(world), world.aws.sqs.messages.size]).toEqual([[], 0]);
});

test('a newcomer does not wait for the dead letters of its predecessor', async () => {
  const world = await worldWithPredecessor();
  const { name } = first(world.aws.sqs.queues.filter((each) => each.name.endsWith('-dlq')));
  world.aws.sqs.send(name, 'dead');
  world.kubernetes.apply({ metadata: ORDERS });
  await world.until(isRefused, 300);
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), 300);
  expect(world.aws.sqs.queues.has(name)).toBe(true);
});

test('what a newcomer took over goes with it, its route first', async () => {
  const world = await worldWithPredecessor();
  world.kubernetes.apply({ metadata: { ...ORDERS, annotations: { 'nami.dev/take-over': 'true' } } });
  await world.until(isReady('orders'), 600);
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), 600);
  expect(world.aws.lambda.functions.size).toBe(0);
  expect(world.senders.post('orders').status).toBe(403);
});
