import { expect, test } from 'vitest';
import type { WebhookPipelineStatus } from '../../src/api/v1alpha1.ts';
import { first, isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** A database goes up one release at a time, and its data with it. */

const image = (release: string) => `public.ecr.aws/docker/library/mongo:${release}`;
const store = ({ kubernetes }: World) =>
  (kubernetes.get('orders')?.status as WebhookPipelineStatus | undefined)?.store;
const database = ({ aws }: World) => first([...aws.stores.databases.values()]);
const hosts = ({ aws }: World) => aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined);
const ask = ({ kubernetes }: World, release: string) =>
  kubernetes.apply({
    metadata: { name: 'orders' },
    spec: { store: { managed: { mongoImage: image(release) } } },
  });

async function worldOn(release: string): Promise<World> {
  const world = await simulate();
  ask(world, release);
  await world.until(isReady('orders'), 600);
  await world.until((each) => store(each)?.featureVersion === release, 300);
  return world;
}

test('the data follows a new release once that has answered for an hour, and the next waits for it', async () => {
  const world = await worldOn('6.0');
  world.senders.post('orders');
  ask(world, '7.0');
  await world.until((each) => store(each)?.version === '7.0.4', 1800);
  const began = world.time.now();
  const [host] = hosts(world);

  ask(world, '8.0');
  await world.until(
    ({ kubernetes }) => kubernetes.condition('orders', 'StoreReady')?.reason === 'MongoVersionWaits',
    600,
  );
  expect(
    hosts(world).map(({ id }) => id),
    'the running one goes on',
  ).toEqual([host?.id]);
  expect(world.senders.post('orders').status).toBe(200);
  await world.until(() => database(world).events.size === 2, 300);
  expect(database(world).featureVersion, 'it is still on trial').toBe('6.0');

  await world.until((each) => database(each).featureVersion === '7.0', 2 * 3600);
  expect(world.time.now() - began).toBeGreaterThanOrEqual(3_500_000);
  await world.until((each) => store(each)?.version === '8.0.4' && isReady('orders')(each), 3600);
  expect(store(world)?.featureVersion).toBe('7.0');
  await world.until((each) => store(each)?.featureVersion === '8.0', 2 * 3600);
  expect(database(world).events.size).toBe(2);
});

test('a release that doesn’t stay up keeps its data as it was', async () => {
  const world = await worldOn('7.0');
  ask(world, '8.0');
  await world.until((each) => store(each)?.version === '8.0.4', 1800);
  const { volumeId } = database(world);
  for (let count = 0; count < 6; count += 1) {
    await world.run(1500);
    world.aws.stores.down.add(volumeId);
    await world.run(240);
    world.aws.stores.down.delete(volumeId);
  }
  expect(database(world).featureVersion).toBe('7.0');
  await world.until((each) => store(each)?.featureVersion === '8.0', 2 * 3600);
});

test('an operator that starts anew each quarter of an hour brings the data on all the same', async () => {
  const world = await worldOn('7.0');
  ask(world, '8.0');
  await world.until((each) => store(each)?.version === '8.0.4', 1800);
  for (let count = 0; count < 6; count += 1) {
    world.crash();
    await world.run(900);
  }
  expect(store(world)?.featureVersion).toBe('8.0');
});
