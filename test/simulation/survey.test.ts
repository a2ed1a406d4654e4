import { describe, expect, test } from 'vitest';
import { portrait } from './aws/portrait.ts';
import { first, isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** Lists of everybody's objects, by which pipelines at rest are compared: shared, and never trusted with bad news. */

const NAMES = Array.from({ length: 8 }, (_, index) => `shop-${index}`);
const RESYNC = 600;

async function atRest(): Promise<World> {
  const world = await simulate();
  for (const name of NAMES) world.kubernetes.apply({ metadata: { name } });
  await world.until((each) => NAMES.every((name) => isReady(name)(each)), 3600);
  // Whoever was made later joins the lists of those before.
  await world.run(4 * RESYNC);
  return world;
}

const callsOf = ({ aws }: World, from: number, command: string) =>
  aws.calls.slice(from).filter((call) => call.command === command).length;

test('are read once for all pipelines, and what they show is not looked for by itself', async () => {
  const world = await atRest();
  const from = world.aws.calls.length;
  await world.run(3 * RESYNC);
  for (const command of [
    'GetAccountAuthorizationDetails',
    'DescribeLogGroups',
    'DescribeAlarms',
    'DescribeInstances',
    'DescribeSecurityGroups',
    'ListEventSourceMappings',
  ])
    expect([command, callsOf(world, from, command)]).toEqual([
      command,
      expect.toSatisfy((n) => n >= 2 && n <= 4),
    ]);
  for (const command of [
    'GetRole',
    'ListTagsForResource',
    'ListQueueTags',
    'ListRoles',
    'ListQueues',
    'ListFunctions',
  ])
    expect([command, callsOf(world, from, command)]).toEqual([command, 0]);
  // Of what AWS lists for one function alone: two functions, three times, and what is looked at each minute for both.
  expect(callsOf(world, from, 'GetAlias') / NAMES.length).toBeLessThanOrEqual(7);
});

const MEDDLE = ({ aws }: World): void => {
  const { name, tags } = first(aws.sqs.queues.values());
  aws.sqs.queues.change(name, { tags: { ...tags, 'nami.dev/object': 'theirs' } });
  aws.cloudWatch.alarms.delete(first(aws.cloudWatch.alarms.values()).name);
  aws.iam.roles.change(first(aws.iam.roles.values()).name, {
    attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
  });
  aws.logs.groups.change(first(aws.logs.groups.values()).name, { retentionDays: 3 });
};

describe('what somebody changed is put right within a resync and a half where lists', () => {
  test.each<[string, (world: World) => void]>([
    ['are as they should be', () => {}],
    [
      'of all that is tagged are refused',
      ({ aws }) => aws.faults.refuse('tag:GetResources', 'AccessDenied', 'no', 10_000),
    ],
    [
      'of roles are refused',
      ({ aws }) => aws.faults.refuse('GetAccountAuthorizationDetails', 'AccessDenied', 'no', 10_000),
    ],
    ['lag behind', ({ aws }) => aws.faults.lag(20)],
    ['are empty once', ({ aws }) => aws.faults.empty('tag:GetResources')],
  ])('%s', async (_, hurt) => {
    const world = await atRest();
    const shouldBe = portrait(world.aws);
    hurt(world);
    MEDDLE(world);
    expect(portrait(world.aws)).not.toEqual(shouldBe);
    await world.run(1.5 * RESYNC);
    expect(portrait(world.aws)).toEqual(shouldBe);
  });
});

test('after a restart nothing is changed, and little is read', async () => {
  const world = await atRest();
  const [calls, changes] = [world.aws.calls.length, world.aws.changes.length];
  await world.restart();
  await world.run(120);
  expect(world.aws.changes.slice(changes).map(({ command }) => command)).toEqual([]);
  expect(callsOf(world, calls, 'GetRole')).toBe(0);
  expect((world.aws.calls.length - calls) / NAMES.length).toBeLessThan(45);
});
