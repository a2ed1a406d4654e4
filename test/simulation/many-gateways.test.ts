import { describe, expect, test } from 'vitest';
import { BRISK, type Times } from './aws/times.ts';
import { isGone, isReady } from './pipelines.ts';
import { leftovers, NOTHING_STAYS } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** More endpoints than one REST API takes. */

const STORE = { external: { uriSecretRef: { name: 'store', key: 'uri' } } };
const FAST = { NAMI_RATE_SHARE: '100', NAMI_WORKERS: '64' };

/** What takes time in AWS is looked at again and again: with so many pipelines it takes none. */
const AT_ONCE: Partial<Times> = {
  ...BRISK,
  roleKnown: 0,
  functionPending: 0,
  functionUpdating: 0,
  versionPending: 0,
  mappingCreating: 0,
  mappingUpdating: 0,
};

/** A world whose pipelines have a store of their own: cheaper by a host each. */
async function started(settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const world = await simulate({ times: AT_ONCE, settings: { ...NOTHING_STAYS, ...FAST, ...settings } });
  world.aws.stores.external.set('db.example', { isUp: true, events: new Set() });
  world.kubernetes.setSecret('store', { uri: 'mongodb://u:p@db.example/' });
  return world;
}

const apply = ({ kubernetes }: World, names: readonly string[]) => {
  for (const name of names)
    kubernetes.apply({ metadata: { name }, spec: { store: STORE, alarms: { enabled: false } } });
};
const named = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `p-${from + index}`);
const areReady = (names: readonly string[]) => (world: World) => names.every((name) => isReady(name)(world));

/** The REST API of each route, by path. */
const homes = ({ aws }: World): Record<string, string> =>
  Object.fromEntries(
    aws.apiGateway.resources
      .filter(({ path }) => path.startsWith('/nami/'))
      .map(({ path, restApiId }) => [path, restApiId]),
  );
const sizes = ({ aws }: World): number[] =>
  aws.apiGateway.restApis
    .values()
    .map(({ id }) => aws.apiGateway.resources.filter(({ restApiId }) => restApiId === id).length)
    .sort((a, b) => b - a);
const urlOf = ({ kubernetes }: World, name: string): string =>
  (kubernetes.get(name)?.status?.endpoint as { url?: string } | undefined)?.url ?? '';

/** So small that a few pipelines are too many. */
const SMALL = { NAMI_RESOURCES_PER_API: '10' };
const EIGHT = named(8);

test('700 pipelines are spread over three REST APIs, and no route ever moves', {
  timeout: 240_000,
}, async () => {
  const world = await started();
  const all = named(700);
  apply(world, all);
  await world.until(areReady(all), 7200);
  expect(sizes(world)).toEqual([300, 300, 106]);
  const before = homes(world);
  for (const name of ['p-0', 'p-350', 'p-699'])
    expect(world.senders.postTo(urlOf(world, name)).status).toBe(200);

  const gone = ['p-1', 'p-2', 'p-300'];
  for (const name of gone) world.kubernetes.delete(name);
  await world.until((each) => gone.every((name) => isGone(name)(each)), 1200);
  const added = named(5, 700);
  apply(world, added);
  await world.until(areReady(added), 1200);
  await world.restart();
  await world.run(60);
  const now = homes(world);
  for (const name of all.filter((each) => !gone.includes(each)))
    expect(now[`/nami/${name}`]).toBe(before[`/nami/${name}`]);
  expect(sizes(world)).toEqual([300, 300, 108]);
  expect(world.aws.made('api')).toBe(3);
  expect(world.aws.calls.filter(({ error }) => error === 'LimitExceededException')).toEqual([]);
});

describe('a further REST API', () => {
  test('is named and tagged as one, serves its routes, and the URL says so', async () => {
    const world = await started(SMALL);
    const names = named(9);
    apply(world, names);
    await world.until(areReady(names), 1200);
    const two = world.aws.apiGateway.restApis.find(({ name }) => name.endsWith('-2'));
    expect(two).toMatchObject({
      tags: { 'nami.dev/object': 'gateway-2', 'nami.dev/shared': 'region' },
    });
    expect(urlOf(world, 'p-8')).toContain(`${two?.id}.execute-api`);
    for (const name of names) expect(world.senders.postTo(urlOf(world, name)).status).toBe(200);
    const changes = world.aws.changes.length;
    await world.restart();
    await world.run(1800);
    expect(world.aws.changes.slice(changes)).toEqual([]);
  });

  test('goes when nothing is on it for a while, and the first stays', async () => {
    const world = await started({ ...SMALL, NAMI_DELETE_SHARED_OBJECTS: 'false' });
    const names = named(9);
    apply(world, names);
    await world.until(areReady(names), 1200);
    world.kubernetes.delete('p-8');
    await world.until(isGone('p-8'), 600);
    await world.until(({ aws }) => aws.apiGateway.restApis.size === 1, 600);
    expect(sizes(world)).toEqual([10]);
    expect(areReady(EIGHT)(world)).toBe(true);
  });

  test('leaves nothing either, when all pipelines go', async () => {
    const world = await started(SMALL);
    const names = named(9);
    apply(world, names);
    await world.until(areReady(names), 1200);
    for (const name of names) world.kubernetes.delete(name);
    await world.until((each) => names.every((name) => isGone(name)(each)), 1200);
    await world.until(({ aws }) => aws.contents().length === 0, 1200);
    expect(leftovers(world)).toEqual(['no ^Parameter .*\\/store-password$', 'no ^Volume vol-']);
  });

  test.each(['CreateRestApi', 'CreateResource', 'PutIntegration', 'CreateDeployment', 'CreateStage'])(
    'is opened once where the operator dies just after each %s',
    async (command) => {
      const world = await started(SMALL);
      apply(world, EIGHT);
      await world.until(areReady(EIGHT), 1200);
      world.crashOn((call) => call.command === command);
      apply(world, ['p-8']);
      await world.until(isReady('p-8'), 1200);
      await world.run(300);
      expect(sizes(world)).toEqual([10, 3]);
      expect(world.aws.made('api')).toBe(2);
    },
  );

  test('is opened once where the answer is lost, and lists lag behind', async () => {
    const world = await started(SMALL);
    apply(world, EIGHT);
    await world.until(areReady(EIGHT), 1200);
    world.aws.faults.lag(20, 'apigateway');
    world.aws.faults.loseAnswer('CreateRestApi');
    apply(world, named(3, 8));
    await world.until(areReady(named(3, 8)), 1200);
    await world.run(300);
    expect(sizes(world)).toEqual([10, 5]);
  });

  test('that is there twice, as after two operators, loses the one that nothing is on', async () => {
    const world = await started(SMALL);
    const names = named(9);
    apply(world, names);
    await world.until(areReady(names), 1200);
    const before = homes(world);
    const { restApis } = world.aws.apiGateway;
    const two = restApis.find(({ name }) => name.endsWith('-2'));
    if (two) restApis.set('api-0', { ...two, id: 'api-0', madeAt: 0 });
    await world.restart();
    await world.until(() => !restApis.has('api-0'), 1500);
    expect(restApis.size).toBe(2);
    expect(homes(world)).toEqual(before);
  });

  test('that waits for its first route is not taken for a second first one', async () => {
    const world = await started(SMALL);
    apply(world, EIGHT);
    await world.until(areReady(EIGHT), 1200);
    world.aws.faults.refuse('CreateFunction', 'AccessDenied', 'not authorized');
    apply(world, ['p-8']);
    await world.run(900);
    expect(sizes(world)).toEqual([10, 2]);
    world.aws.faults.accept();
    await world.until(isReady('p-8'), 1200);
    expect(world.aws.made('api')).toBe(2);
  });

  test('keeps its routes when an earlier one has room again, and new ones go there', async () => {
    const world = await started(SMALL);
    const names = named(9);
    apply(world, names);
    await world.until(areReady(names), 1200);
    const before = homes(world);
    world.kubernetes.delete('p-0');
    await world.until(isGone('p-0'), 600);
    apply(world, ['p-9']);
    await world.until(isReady('p-9'), 600);
    await world.run(900);
    expect(homes(world)['/nami/p-8']).toBe(before['/nami/p-8']);
    expect(homes(world)['/nami/p-9']).toBe(before['/nami/p-1']);
  });

  test('has a base path of its own on a domain name', async () => {
    const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/one';
    const domains = [{ name: 'hooks.example.com', certificateArn, basePath: 'in' }];
    const world = await started({ ...SMALL, NAMI_DOMAINS: JSON.stringify(domains) });
    world.aws.apiGateway.domains.certificates.add(certificateArn);
    const names = named(9);
    apply(world, names);
    await world.until(
      (each) =>
        urlOf(each, 'p-8') === 'https://hooks.example.com/in-2/nami/p-8' &&
        urlOf(each, 'p-0') === 'https://hooks.example.com/in/nami/p-0',
      1200,
    );
    for (const name of ['p-0', 'p-8']) expect(world.senders.postTo(urlOf(world, name)).status).toBe(200);
    world.kubernetes.delete('p-8');
    await world.until(({ aws }) => aws.apiGateway.restApis.size === 1, 1200);
    expect(world.aws.apiGateway.domains.mappings.values()).toMatchObject([{ basePath: 'in' }]);
  });
});
