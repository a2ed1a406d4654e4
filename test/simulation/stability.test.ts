import { describe, expect, test } from 'vitest';
import { FakeClock } from '../unit/fake-clock.ts';
import { BRISK } from './aws/times.ts';
import { isReady } from './pipelines.ts';
import { lostEvents } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/**
 * Eventually stable reconciliation: from any state of cluster and account, once failures stop, the account reaches what
 * the specs say and stays there, without writing calls.
 */

const NAMES = ['orders', 'refunds', 'returns'];
const ROUNDS = 15;

/** Dice that belong to the test alone. */
class Dice {
  readonly #clock: FakeClock;
  constructor(seed: number) {
    this.#clock = new FakeClock({ seed });
  }
  upTo(most: number): number {
    return Math.floor(this.#clock.random() * most);
  }
  oneOf<Item>(items: readonly Item[]): Item {
    return items[this.upTo(items.length)] as Item;
  }
}

const COMMANDS = [
  'AddPermission',
  'AttachVolume',
  'CreateAlias',
  'CreateDeployment',
  'CreateEventSourceMapping',
  'CreateFunction',
  'CreateQueue',
  'CreateResource',
  'CreateRole',
  'DescribeInstances',
  'DescribeVolumes',
  'GetFunction',
  'GetQueueUrl',
  'GetStage',
  'Invoke',
  'PublishVersion',
  'PutIntegration',
  'PutMethod',
  'RunInstances',
  'SetQueueAttributes',
  'UpdateFunctionConfiguration',
];

const DISTURBANCES: readonly ((world: World, dice: Dice) => void)[] = [
  ({ aws }, dice) => aws.faults.throttle('*', dice.upTo(100)),
  ({ aws }, dice) => aws.faults.refuse(dice.oneOf(COMMANDS), 'AccessDenied', 'not authorized', dice.upTo(20)),
  ({ aws }, dice) => aws.faults.refuse(dice.oneOf(COMMANDS), 'InternalError', 'try again', dice.upTo(20)),
  ({ aws }, dice) => aws.faults.loseAnswer(dice.oneOf(COMMANDS), dice.upTo(4)),
  ({ aws }, dice) => aws.faults.emptyOnce(dice.oneOf(COMMANDS)),
  ({ aws }) => {
    aws.faults.oneWriteAtATime = true;
  },
  ({ kubernetes }, dice) => kubernetes.refuse('apply', 'webhookpipelines/status', 500, dice.upTo(10)),
  ({ kubernetes }, dice) => kubernetes.refuse('patch', 'webhookpipelines', 409, dice.upTo(3)),
  ({ kubernetes }) => kubernetes.compact(),
  (world) => world.crash(),
  (world, dice) => {
    const command = dice.oneOf(COMMANDS);
    world.crashOn((call) => call.command === command);
  },
  ({ kubernetes }, dice) => {
    const memoryMiB = dice.oneOf([128, 256, 512]);
    kubernetes.apply({ metadata: { name: dice.oneOf(NAMES) }, spec: { preQueue: { memoryMiB } } });
  },
  ({ kubernetes }, dice) => {
    const name = dice.oneOf(NAMES);
    if (kubernetes.get(name)) kubernetes.delete(name);
    else kubernetes.apply({ metadata: { name } });
  },
  ({ aws }, dice) => {
    const running = aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined);
    if (running.length > 0) aws.ec2.machines.end(dice.oneOf(running).id);
  },
];

/** EC2 forgets instances and their tokens soon, lest each run waits for what drift.test.ts looks at. */
const FORGETFUL = { instanceListed: 60, instanceTokenKept: 60 };

/** Disturbs a world for a while, and then leaves it in peace with all three pipelines wanted. */
async function disturbed(seed: number): Promise<World> {
  const dice = new Dice(seed);
  const world = await simulate({ seed, times: { ...BRISK, ...FORGETFUL } });
  for (const name of NAMES) world.kubernetes.apply({ metadata: { name } });
  for (let round = 0; round < ROUNDS; round += 1) {
    dice.oneOf(DISTURBANCES)(world, dice);
    await world.run(1 + dice.upTo(40));
    for (const name of NAMES) world.senders.post(name);
  }
  world.aws.faults.off();
  world.aws.onCall = () => {};
  world.kubernetes.accept();
  for (const name of NAMES) {
    const isThere = () => world.kubernetes.get(name)?.metadata.deletionTimestamp === undefined;
    await world.until(() => isThere(), 3600);
    world.kubernetes.apply({ metadata: { name } });
  }
  return world;
}

/** How many objects of each kind there are. */
function census({ aws }: World): Record<string, number> {
  const kinds = aws.contents().map((each) => each.split(' ')[0] ?? '');
  return Object.fromEntries(
    [...new Set(kinds)].map((kind) => [kind, kinds.filter((each) => each === kind).length]),
  );
}

async function calm(): Promise<World> {
  const world = await simulate({ times: BRISK });
  for (const name of NAMES) world.kubernetes.apply({ metadata: { name } });
  await world.until((each) => NAMES.every((name) => isReady(name)(each)), 600);
  return world;
}

describe('comes to rest as if nothing had been', () => {
  test.each(Array.from({ length: 25 }, (_, index) => index + 1))('with seed %i', async (seed) => {
    const world = await disturbed(seed);
    await world.until((each) => NAMES.every((name) => isReady(name)(each)), 3600);
    await world.run(1800);
    const [changes, writes] = [world.aws.changes.length, world.kubernetes.writes.length];
    await world.run(1800);
    expect(world.aws.changes.slice(changes).map(({ command }) => command)).toEqual([]);
    expect(world.kubernetes.writes.slice(writes)).toEqual([]);
    expect(lostEvents(world)).toEqual([]);
    expect(census(world)).toEqual(census(await calm()));
  });
});
