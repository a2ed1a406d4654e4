import { expect, test } from 'vitest';
import { isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** Applies so many pipelines at once, and waits until all are ready; answers after how many virtual seconds. */
async function applyAtOnce(world: World, count: number): Promise<number> {
  const names = Array.from({ length: count }, (_, index) => `shop-${index}`);
  const began = world.time.now();
  for (const name of names) world.kubernetes.apply({ metadata: { name } });
  await world.until((each) => names.every((name) => isReady(name)(each)), 3600);
  return (world.time.now() - began) / 1000;
}

const errors = ({ aws }: World, name: string): string[] =>
  aws.calls.flatMap(({ service, command, error }) => (error === name ? `${service}:${command}` : []));

test.each([1, 53, 57])('no two of its own writes to the gateway meet (seed %i)', async (seed) => {
  const world = await simulate({ seed });
  world.aws.faults.oneWriteAtATime = true;
  await applyAtOnce(world, 10);
  world.kubernetes.apply({
    metadata: { name: 'shop-0' },
    spec: { endpoint: { throttle: { rateLimit: 5, burstLimit: 5 } } },
  });
  world.kubernetes.delete('shop-1');
  await world.run(600);
  expect(errors(world, 'ConflictException')).toEqual([]);
});

test('thirty pipelines applied at once stay below the rates that AWS publishes', async () => {
  const world = await simulate();
  world.aws.faults.ratesHold = true;
  console.log(`thirty pipelines are ready after ${await applyAtOnce(world, 30)} s`);
  expect(errors(world, 'TooManyRequestsException')).toEqual([]);
});
