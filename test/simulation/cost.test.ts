import { expect, test } from 'vitest';
import { isGone, isReady } from './pipelines.ts';
import { NOTHING_STAYS } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** What pipelines cost in calls of AWS. The bounds are what they cost now, and a little: they are to fall, not to grow. */

const COUNT = 20;
const NAMES = Array.from({ length: COUNT }, (_, index) => `shop-${index}`);

/** Calls that `work` makes. */
async function callsIn(world: World, work: () => Promise<void>): Promise<string[]> {
  const before = world.aws.calls.length;
  await work();
  return world.aws.calls.slice(before).map(({ service, command }) => `${service}:${command}`);
}

const bySize = (calls: readonly string[]): string =>
  [...Map.groupBy(calls, (call) => call)]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, 12)
    .map(([call, all]) => `${call} ${(all.length / COUNT).toFixed(1)}`)
    .join(', ');

test.each([
  ['the first pipeline of a region, with all that the others are to share', 'shop-0', 175],
  ['one more', 'shop-1', 137],
])('%s costs no more calls than it is known to', async (_, name, most) => {
  const world = await simulate({ settings: NOTHING_STAYS });
  const ready = async (each: string) => {
    world.kubernetes.apply({ metadata: { name: each } });
    await world.until(isReady(each), 3600);
  };
  if (name !== 'shop-0') await ready('shop-0');
  await world.run(1200);
  const made = await callsIn(world, () => ready(name));
  console.log(`${name}: ${made.length} calls`);
  expect(made.length).toBeLessThanOrEqual(most);
});

test('twenty pipelines cost no more calls than they are known to', async () => {
  const world = await simulate({ settings: NOTHING_STAYS });
  const made = await callsIn(world, async () => {
    for (const name of NAMES) world.kubernetes.apply({ metadata: { name } });
    await world.until((each) => NAMES.every((name) => isReady(name)(each)), 3600);
  });
  await world.run(1200);
  const MINUTES = 60;
  const atRest = await callsIn(world, async () => await world.run(MINUTES * 60));
  const gone = await callsIn(world, async () => {
    for (const name of NAMES) world.kubernetes.delete(name);
    await world.until((each) => NAMES.every((name) => isGone(name)(each)), 3600);
  });
  console.log(`made: ${made.length / COUNT} calls a pipeline (${bySize(made)})`);
  console.log(`at rest: ${(atRest.length / COUNT / MINUTES).toFixed(1)} a minute (${bySize(atRest)})`);
  console.log(`gone: ${gone.length / COUNT} calls a pipeline (${bySize(gone)})`);
  expect(made.length / COUNT).toBeLessThan(120);
  expect(atRest.length / COUNT / MINUTES).toBeLessThan(6);
  // Alarms go in one call.
  expect(gone.filter((call) => call === 'cloudwatch:DeleteAlarms').length / COUNT).toBeLessThan(2);
});
