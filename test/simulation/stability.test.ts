import { describe, expect, test } from 'vitest';
import { BRISK } from './aws/times.ts';
import { Dice } from './dice.ts';
import { calm, type Disturbance, DRIFTS, FAILURES, wishes } from './disturbances.ts';
import { isReady } from './pipelines.ts';
import { lostEvents } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/**
 * Eventually stable reconciliation: from any state of cluster and account, once failures stop, the account reaches what
 * the specs say and stays there, without writing calls.
 */

const NAMES = ['orders', 'refunds', 'returns'];
const ROUNDS = 20;
const LONGEST_ROUND = 40;
/** Virtual seconds until all is as it should be: after two early deaths the next host waits for AWS to forget them, an hour. */
const PATIENCE = 5400;

const areReady = (world: World): boolean => NAMES.every((name) => isReady(name)(world));

/** Disturbs a world for a while, and then leaves it in peace with all three pipelines wanted. */
async function disturbed(seed: number, disturbances: readonly Disturbance[]): Promise<World> {
  const dice = new Dice(seed);
  const world = await simulate({ seed, times: BRISK });
  for (const name of NAMES) world.kubernetes.apply({ metadata: { name } });
  for (let round = 0; round < ROUNDS; round += 1) {
    dice.oneOf(disturbances)?.(world, dice);
    await world.run(1 + dice.below(LONGEST_ROUND));
    for (const name of NAMES) world.senders.post(name);
  }
  calm(world);
  for (const name of NAMES) {
    await world.until(({ kubernetes }) => !kubernetes.get(name)?.metadata.deletionTimestamp, PATIENCE);
    world.kubernetes.apply({ metadata: { name } });
  }
  await world.until(areReady, PATIENCE);
  await world.run(PATIENCE);
  return world;
}

/** How many objects of each kind there are. */
function census({ aws }: World): Record<string, number> {
  const kinds = aws.contents().map((each) => each.split(' ')[0] ?? '');
  return Object.fromEntries(
    [...new Set(kinds)].map((kind) => [kind, kinds.filter((each) => each === kind).length]),
  );
}

async function undisturbed(): Promise<World> {
  const world = await simulate({ times: BRISK });
  for (const name of NAMES) world.kubernetes.apply({ metadata: { name } });
  await world.until(areReady, PATIENCE);
  return world;
}

/** Asserts that the world is as one to which nothing happened, and stays so. */
async function isAtRest(world: World): Promise<void> {
  expect(areReady(world)).toBe(true);
  expect(census(world)).toEqual(census(await undisturbed()));
  const [changes, writes] = [world.aws.changes.length, world.kubernetes.writes.length];
  await world.run(1800);
  expect(world.aws.changes.slice(changes).map(({ command }) => command)).toEqual([]);
  expect(world.kubernetes.writes.slice(writes)).toEqual([]);
  for (const name of NAMES) expect(world.senders.post(name).status).toBe(200);
  await world.until(({ aws }) => aws.sqs.messages.size === 0, 600);
}

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('comes to rest as if nothing had been, and loses no event', () => {
  test.each(seeds(15))('after failures and changed wishes, with seed %i', async (seed) => {
    const world = await disturbed(seed, [...FAILURES, ...wishes(NAMES)]);
    await isAtRest(world);
    expect(lostEvents(world)).toEqual([]);
  });

  test.each(seeds(25))('after failures, wishes and drift, with seed %i', async (seed) => {
    const world = await disturbed(seed, [...FAILURES, ...wishes(NAMES), ...DRIFTS]);
    await isAtRest(world);
    // But for those whose queue somebody deleted.
    const deleted = new Set(world.aws.sqs.lost.map(({ event }) => event));
    expect(lostEvents(world).filter((event) => !deleted.has(event))).toEqual([]);
  });
});
