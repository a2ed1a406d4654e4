import { describe, expect, test } from 'vitest';
import type { Table } from './aws/table.ts';
import { BRISK } from './aws/times.ts';
import { first, isGone, isReady, settledWorld } from './pipelines.ts';
import { leftovers, NOTHING_STAYS } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** A pipeline is gone only once nothing of it is left, or its user was told what is. */

const PATIENCE = 1500;

const ready = () => settledWorld(NOTHING_STAYS);

async function deleted(world: World): Promise<void> {
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), PATIENCE);
  await world.run(600);
}

describe('lists that are empty while a pipeline is deleted leave nothing behind', () => {
  test.each([
    ['DescribeInstances', 2],
    ['DescribeSecurityGroups', 2],
    ['GetParametersByPath', 100],
    ['ListEventSourceMappings', 100],
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

test('what AWS neither lists nor knows for once is looked for again', async () => {
  const world = await ready();
  world.kubernetes.delete('orders');
  await world.until(({ aws }) => aws.calls.at(-1)?.command === 'DescribeAlarms', PATIENCE);
  world.aws.faults.empty('ListRoles', 100);
  world.aws.faults.refuse('GetRole', 'NoSuchEntityException', 'The role cannot be found', 3);
  await world.until(isGone('orders'), PATIENCE);
  world.aws.faults.off();
  await world.run(600);
  expect(leftovers(world)).toEqual([]);
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

describe('a reclaim policy that is changed when it can not be applied any more holds for the volume and its password:', () => {
  const managed = (reclaimPolicy: string) => ({
    metadata: { name: 'orders' },
    spec: { store: { managed: { volume: { reclaimPolicy } } } },
  });
  const unseen = async (world: World, policy: string) => {
    await world.stop();
    world.kubernetes.apply(managed(policy));
    world.kubernetes.delete('orders');
    world.start();
  };
  const midway = async (world: World, policy: string) => {
    world.kubernetes.delete('orders');
    await world.run(5);
    world.kubernetes.apply(managed(policy));
  };
  test.each([
    ['before the deletion, unseen', 'Delete', 'Retain', unseen, /^(Volume|Parameter) /],
    ['before the deletion, unseen', 'Delete', 'Snapshot', unseen, /^Parameter /],
    ['before the deletion, unseen', 'Retain', 'Delete', unseen, /^$/],
    ['in the deletion', 'Delete', 'Retain', midway, /^(Volume|Parameter) /],
    ['in the deletion', 'Retain', 'Delete', midway, /^$/],
  ] as const)('%s, from %s to %s', async (_, before, after, change, stays) => {
    const world = await simulate({ settings: NOTHING_STAYS });
    world.kubernetes.apply(managed(before));
    await world.until(isReady('orders'), PATIENCE);
    await world.run(120);
    const kept = world.aws.contents().filter((each) => stays.test(each) && !/authority$/.test(each));
    // Lists lag behind the tag that is put on then.
    world.aws.faults.lag(9);
    await change(world, after);
    await world.until(isGone('orders'), PATIENCE);
    world.aws.faults.off();
    await world.run(600);
    expect(world.aws.contents()).toEqual(kept);
    expect(world.aws.ec2.snapshots.size).toBe(after === 'Snapshot' ? 1 : 0);
    for (const { tags } of [...world.aws.ec2.volumes.values(), ...world.aws.ssm.parameters.values()])
      expect(tags['nami.dev/reclaim-policy']).toBe(after);
  });
});

describe('a deletion that is to leave all in AWS only once it is under way tells what it really leaves,', () => {
  test.each([
    [
      'with the endpoint gone',
      5,
      /^no delivery reaches it any more; all that is left of it stays in AWS.*vol-/,
    ],
    ['with much gone', 90, /^no delivery reaches it any more; all that is left of it stays in AWS.*vol-/],
  ])('%s', async (_, seconds, words) => {
    const world = await ready();
    world.kubernetes.delete('orders');
    await world.run(seconds);
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { deletionPolicy: 'Retain' } });
    await world.until(isGone('orders'), PATIENCE);
    const told = world.kubernetes.events.map((event) => String((event as { readonly note?: string }).note));
    expect(told.at(-1)).toMatch(words);
  });
});

/** What has a name that a pipeline computes, so that somebody's object can stand in its place. */
const NAMED: readonly (readonly [string, (world: World) => Table<Named>])[] = [
  ['queue', ({ aws }) => aws.sqs.queues],
  ['role', ({ aws }) => aws.iam.roles],
  ['instance profile', ({ aws }) => aws.iam.instanceProfiles],
  ['function', ({ aws }) => aws.lambda.functions],
  ['parameter', ({ aws }) => aws.ssm.parameters],
  ['log group', ({ aws }) => aws.logs.groups],
  ['alarm', ({ aws }) => aws.cloudWatch.alarms],
];
type Named = {
  readonly name: string;
  readonly roleName?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
};

describe("another's object where ours would be stays as it is when the pipeline is deleted", () => {
  test.each(NAMED)('%s', async (_, tableOf) => {
    // Of the parameters the one without which there is no volume.
    const ours = first(
      tableOf(await ready()).filter(({ name }) => name.includes('orders') && !name.endsWith('authority')),
    );
    const world = await simulate({ settings: NOTHING_STAYS, isStarted: false });
    const table = tableOf(world);
    const theirs = table.set(ours.name, { ...ours, roleName: undefined, tags: { owner: 'someone else' } });
    world.start();
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.until(({ log }) => JSON.stringify(log).includes('NotOurs'), PATIENCE);
    await world.run(60);
    await deleted(world);
    expect(table.values()).toEqual([theirs]);
  });
});

test('what has no tags stays where it is a part of what an earlier namespace left', async () => {
  const world = await simulate({ settings: NOTHING_STAYS });
  const preQueue = { reservedConcurrency: 5 };
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { preQueue } });
  await world.until(isReady('orders'), 300);
  await world.run(120);
  const { functions, mappings } = world.aws.lambda;
  for (const { name, tags } of functions.values())
    functions.change(name, { tags: { ...tags, 'nami.dev/namespace-uid': 'earlier' } });
  const before = [...functions.values(), ...mappings.values()];
  world.kubernetes.delete('orders');
  await world.run(900);
  expect([...functions.values(), ...mappings.values()]).toEqual(before);
  expect(functions.values().some(({ reserved }) => reserved === 5)).toBe(true);
});

test.each([6, 8, 10, 12, 15, 20, 25, 30, 40])(
  'right after it began to be made a pipeline is deleted whole, though the operator dies and reads lag (%i s)',
  async (seconds) => {
    const world = await simulate({ times: BRISK, settings: NOTHING_STAYS });
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.run(seconds);
    world.aws.faults.lag(9);
    world.crash();
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 1800);
    world.aws.faults.lag(0);
    await world.run(600);
    expect(world.aws.contents().filter((each) => !/^(Volume|Parameter) /.test(each))).toEqual([]);
  },
);
