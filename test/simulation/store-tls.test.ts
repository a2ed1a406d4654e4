import { describe, expect, test } from 'vitest';
import { certificateOf } from '../../src/store-authority.ts';
import { first, isReady, settledWorld } from './pipelines.ts';
import { lostEvents } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** What stands between a function and its store on the way: TLS, by the store's own authority. */

const condition = ({ kubernetes }: World, type: string) => kubernetes.condition('orders', type);
const isHealthy = (world: World) => condition(world, 'Healthy')?.status === 'True';
const hasFailedForTls = (world: World) => condition(world, 'Healthy')?.reason === 'TlsFailed';
const mapping = ({ aws }: World) => first(aws.lambda.mappings.values());
const host = ({ aws }: World) => first(aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined));
const authority = ({ aws }: World) =>
  first(aws.ssm.parameters.filter(({ name }) => name.endsWith('store-authority')));
const settings = ({ aws }: World) => {
  const { environment } = first(aws.lambda.functions.filter(({ name }) => name.endsWith('post-queue')));
  const { NAMI_STORE_URI = '', NAMI_STORE_AUTHORITY: authority } = environment;
  return { tls: new URL(NAMI_STORE_URI.replace('mongodb:', 'http:')).searchParams.get('tls'), authority };
};

/** A pipeline whose host was launched by a version of the operator that knew no TLS. */
async function worldOfBefore(): Promise<World> {
  const world = await settledWorld();
  const { instances } = world.aws.ec2;
  const { id, userData, tags } = host(world);
  const { 'nami.dev/launch': note = '' } = tags;
  instances.change(id, {
    userData: userData.replaceAll(/^NAMI_AUTHORITY_PARAMETER=.*\n/gm, ''),
    tags: {
      ...tags,
      'nami.dev/launch': note.replace('/tls/', '/').replace(/operator:\w+/, 'operator:00000000'),
    },
  });
  world.aws.ssm.parameters.delete(authority(world).name);
  await world.restart();
  await world.run(1);
  return world;
}

test('a store that is made is spoken to by TLS, and known by its own authority', async () => {
  const world = await settledWorld();
  expect(settings(world)).toEqual({ tls: 'true', authority: certificateOf(authority(world).value) });
  expect(authority(world).type).toBe('SecureString');
  const said = JSON.stringify([world.kubernetes.list(), world.kubernetes.events, world.log]);
  expect(said).not.toContain('PRIVATE KEY');
});

describe('a host from before', () => {
  test('goes on without, is told as outdated, and its successor speaks it', async () => {
    const world = await worldOfBefore();
    const before = host(world);
    await world.until((each) => settings(each).tls === 'false', 1800);
    await world.until(isReady('orders'), 300);
    await world.until(isHealthy, 300);
    await world.run(1200);
    expect(host(world).id, 'an upgrade ends no host').toBe(before.id);
    expect(condition(world, 'StoreReady')).toMatchObject({
      status: 'True',
      reason: 'HostOutdated',
      message: expect.stringContaining('another version of the operator launched it, without TLS: annotate'),
    });

    world.kubernetes.annotate('orders', { 'nami.dev/replace-host': before.id });
    await world.until((each) => settings(each).tls === 'true', 1800);
    await world.until((each) => isReady('orders')(each) && isHealthy(each), 900);
    expect(host(world).id).not.toBe(before.id);
    expect(condition(world, 'StoreReady')?.reason).toBe('Ready');
  });
});

describe('a certificate that is refused', () => {
  test.each([
    ['ended', 'its certificate has ended, which the host renews by itself'],
    ['other-authority', 'something else answers on its address'],
    ['other-name', 'something else answers on the address of the host'],
  ] as const)('(%s) pauses the queue, says what to do, and ends with its cause', async (fault, words) => {
    const world = await settledWorld();
    const { id } = host(world);
    world.aws.stores.tlsFaults.set(id, fault);
    await world.until(hasFailedForTls, 300);
    expect(condition(world, 'Healthy')?.message).toMatch(
      new RegExp(
        `^the queue is not read and keeps the events meanwhile: .*${words}.*nami.dev/replace-host=${id}`,
      ),
    );
    await world.until((each) => !mapping(each).enabled, 300);
    expect(settings(world).tls, 'there is no way back').toBe('true');
    world.aws.stores.tlsFaults.delete(id);
    await world.until((each) => isHealthy(each) && mapping(each).enabled, 300);
  });

  test('of a host that another takes the place of is so no more', async () => {
    const world = await settledWorld();
    const { id } = host(world);
    world.aws.stores.tlsFaults.set(id, 'other-authority');
    await world.until(hasFailedForTls, 300);
    world.kubernetes.annotate('orders', { 'nami.dev/replace-host': id });
    await world.until((each) => isReady('orders')(each) && isHealthy(each), 1800);
    expect(host(world).id).not.toBe(id);
  });

  test('of a store of the user’s own is told with what to change', async () => {
    const world = await simulate();
    const store = { isUp: true, events: new Set<string>() };
    world.aws.stores.external.set('db.example', store);
    world.kubernetes.setSecret('store', { uri: 'mongodb://u:p@db.example/?tls=true' });
    const spec = { store: { external: { uriSecretRef: { name: 'store', key: 'uri' } } } };
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
    await world.until(isReady('orders'), 600);
    Object.assign(store, { fault: 'other-authority' });
    await world.until(hasFailedForTls, 300);
    expect(condition(world, 'Healthy')?.message).toContain('spec.store.external.caConfigMapRef');
  });
});

test('an authority that is lost is made anew, and host and function follow', async () => {
  const world = await settledWorld();
  const before = settings(world).authority;
  world.aws.ssm.parameters.delete(authority(world).name);
  await world.until((each) => settings(each).authority !== before, 1800);
  await world.run(60);
  await world.until((each) => isReady('orders')(each) && isHealthy(each) && mapping(each).enabled, 4000);
  expect(settings(world).authority).toBe(certificateOf(authority(world).value));
  expect(world.aws.ec2.instances.values()).toHaveLength(1);
});

test('a host that has lost the note of its launch is spoken to as before', async () => {
  const world = await settledWorld();
  const { id, tags } = host(world);
  const { 'nami.dev/launch': _, ...rest } = tags;
  world.aws.ec2.instances.change(id, { tags: rest });
  await world.restart();
  const spoken = new Set<string | null>();
  world.aws.onCall = ({ command }) => {
    if (command === 'UpdateFunctionConfiguration') spoken.add(settings(world).tls);
  };
  await world.until((each) => 'nami.dev/launch' in host(each).tags, 1800);
  await world.run(600);
  expect([settings(world).tls, isHealthy(world), spoken.size]).toEqual(['true', true, 0]);
});

describe('while events come', () => {
  const deadLetters = ({ aws }: World) =>
    aws.sqs.messages.filter(({ queue }) => queue.endsWith('-dlq')).length;

  async function underLoad(world: World, seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 2) {
      expect(world.senders.post('orders').status).toBe(200);
      await world.run(2);
    }
  }

  /** All that was accepted ends in the store. */
  async function expectAllStored(world: World): Promise<void> {
    await world.until((each) => isHealthy(each) && mapping(each).enabled, 900);
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 4000);
    expect(lostEvents(world)).toEqual([]);
    const [database] = world.aws.stores.databases.values();
    expect([...world.senders.accepted].filter((event) => !database?.events.has(event))).toEqual([]);
  }

  test('a certificate is renewed by a restart of the database: nothing is lost, put aside, or told as an outage', async () => {
    const world = await settledWorld();
    const volumeId = first([...world.aws.stores.databases.keys()]);
    const said = new Set<unknown>();
    // At other moments of the operator's round each time.
    for (let round = 0; round < 20; round += 1) {
      await underLoad(world, 50 + 2 * round);
      world.aws.stores.down.add(volumeId);
      await underLoad(world, 6);
      world.aws.stores.down.delete(volumeId);
      said.add(condition(world, 'Ready')?.status);
      expect(deadLetters(world)).toBe(0);
    }
    await expectAllStored(world);
    expect([...said]).toEqual(['True']);
    expect(
      world.kubernetes.events.filter((event) => (event as { type?: string }).type === 'Warning'),
    ).toEqual([]);
  });

  test.each(['ended', 'not-begun'] as const)(
    'a certificate that is refused (%s) since before the operator came back is told, and all is stored once it serves',
    async (fault) => {
      const world = await settledWorld();
      await world.stop();
      world.aws.stores.tlsFaults.set(host(world).id, fault);
      // Long enough for what comes first to be put aside, which nobody pauses the queue for.
      await underLoad(world, 1800);
      expect(deadLetters(world)).toBeGreaterThan(0);
      world.start();
      await world.until(hasFailedForTls, 300);
      expect(condition(world, 'Healthy')?.message).toContain(
        fault === 'ended' ? 'its certificate has ended' : 'the clock of the host is wrong',
      );
      await world.until((each) => !mapping(each).enabled, 300);
      const aside = deadLetters(world);
      await underLoad(world, 1800);
      expect(deadLetters(world)).toBe(aside);
      // The clock is set, or the host has renewed it: what serves is what comes next.
      world.aws.stores.tlsFaults.clear();
      await expectAllStored(world);
      expect(condition(world, 'StoreReady')).toMatchObject({ status: 'True', reason: 'Ready' });
    },
  );
});
