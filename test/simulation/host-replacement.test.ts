import { expect, test } from 'vitest';
import { isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** Two requests to have a host replaced: whoever asks when, one host of a region at a time is. */

const NAMES = ['orders', 'returns'];

async function twoPipelines(): Promise<World> {
  const world = await simulate();
  for (const name of NAMES) world.kubernetes.apply({ metadata: { name } });
  for (const name of NAMES) await world.until(isReady(name), 600);
  await world.run(120);
  return world;
}

const hostOf = ({ kubernetes }: World, name: string) =>
  (kubernetes.get(name)?.status as { store?: { host?: string } } | undefined)?.store?.host ?? '';

/** The rest of a pipeline may still follow its new host, as its mapping does, which is resumed. */
const isStoreReady = ({ kubernetes }: World, name: string) =>
  kubernetes.condition(name, 'StoreReady')?.status === 'True';

const ask = (world: World, name: string) =>
  world.kubernetes.annotate(name, { 'nami.dev/replace-host': hostOf(world, name) });

/** The instances that nobody has ended. */
const standing = ({ aws }: World) => aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined);

test.each([
  ['in the same moment', 0, NAMES],
  ['in the same moment, the other first', 0, [...NAMES].reverse()],
  ['a moment after the other, whose host is just being ended', 0.5, [...NAMES].reverse()],
  ['seconds after the other', 5, [...NAMES].reverse()],
  ['seconds after the other, by name', 5, NAMES],
])('asked %s', async (_, seconds, [first = '', second = '']) => {
  const world = await twoPipelines();
  const before = NAMES.map((name) => hostOf(world, name));
  const others: boolean[] = [];
  world.aws.onCall = ({ command, input }) => {
    if (command !== 'TerminateInstances') return;
    const [ended = ''] = input.InstanceIds as string[];
    const left = standing(world).filter(({ id }) => id !== ended);
    const other = NAMES.find((name) => hostOf(world, name) !== ended) ?? '';
    others.push(left.some(({ id }) => id === hostOf(world, other)) && isStoreReady(world, other));
  };
  ask(world, first);
  await world.run(seconds);
  ask(world, second);
  await world.until((each) => NAMES.every((name, i) => hostOf(each, name) !== before[i]), 1800);
  for (const name of NAMES) await world.until(isReady(name), 600);
  // Whenever one host went, the other pipeline had its own, and that was ready.
  expect(others).toEqual([true, true]);
  expect(standing(world)).toHaveLength(2);
});
