import { describe, expect, test } from 'vitest';
import { isGone, isReady } from './pipelines.ts';
import { leftovers, NOTHING_STAYS } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** A pipeline is gone only once nothing of it is left, or its user was told what is. */

const PATIENCE = 1500;

async function ready(): Promise<World> {
  const world = await simulate({ settings: NOTHING_STAYS });
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 300);
  await world.run(120);
  return world;
}

async function deleted(world: World): Promise<void> {
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), PATIENCE);
  await world.run(600);
}

const first = <Row>(rows: readonly Row[]): Row => {
  const [row] = rows;
  if (row === undefined) throw new Error('there is none');
  return row;
};

describe('lists that are empty while a pipeline is deleted leave nothing behind', () => {
  test.each([
    ['DescribeInstances', 2],
    ['DescribeSecurityGroups', 2],
    ['GetParametersByPath', 100],
    ['ListFunctions', 100],
    ['ListInstanceProfiles', 100],
    ['ListQueues', 100],
    ['ListRoles', 100],
  ] as const)('%s', async (command, times) => {
    const world = await ready();
    world.kubernetes.delete('orders');
    await world.until(({ aws }) => aws.calls.at(-1)?.command === 'DescribeAlarms', PATIENCE);
    world.aws.faults.empty(command, times);
    await world.until(isGone('orders'), PATIENCE);
    world.aws.faults.off();
    await world.run(600);
    expect(leftovers(world)).toEqual([]);
  });
});

test('a deletion that goes on after a crash looks for what its status names', async () => {
  const world = await ready();
  world.crashOn(({ command }) => command === 'DeleteQueue');
  world.aws.faults.empty('ListRoles', 20);
  await deleted(world);
  expect(leftovers(world)).toEqual([]);
});

test('what is ours by its name goes although its tags were taken off', async () => {
  const world = await ready();
  const { sqs, iam, lambda } = world.aws;
  sqs.queues.change(first(sqs.queues.values()).name, { tags: {} });
  iam.roles.change(first(iam.roles.values()).name, { tags: {} });
  lambda.functions.change(first(lambda.functions.values()).name, { tags: {} });
  await deleted(world);
  expect(leftovers(world)).toEqual([]);
});

test('what lost its tags and has no name stays, and its user is told', async () => {
  const world = await ready();
  const { ec2 } = world.aws;
  const { id } = first(ec2.instances.values());
  ec2.instances.change(id, { tags: {} });
  world.kubernetes.delete('orders');
  await world.run(300);
  // Its security group can't go while it is there.
  expect(String(world.kubernetes.condition('orders', 'Ready')?.message)).toContain(id);
  ec2.machines.end(id);
  await world.until(isGone('orders'), PATIENCE);
});

test('a volume that lost its tags is named in an Event and in the log', async () => {
  const world = await ready();
  const { id } = first(world.aws.ec2.volumes.values());
  world.aws.ec2.volumes.change(id, { tags: {} });
  await deleted(world);
  const words = `Volume ${id}`;
  expect(world.kubernetes.events.some((event) => JSON.stringify(event).includes(words))).toBe(true);
  expect(world.log.some(({ details }) => JSON.stringify(details).includes(words))).toBe(true);
});

test('a deletion whose objects were all seen to go waits for nothing more', async () => {
  const world = await ready();
  world.kubernetes.delete('orders');
  await world.until(({ aws }) => aws.contents().length <= 2, PATIENCE);
  await world.until(isGone('orders'), 5);
});
