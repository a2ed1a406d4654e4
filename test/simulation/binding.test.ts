import { describe, expect, test } from 'vitest';
import { FIRST_USER, readerOf } from '../../handlers/contract.ts';
import { first, isGone, isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** The Secret by which others read the events of a managed store. */

const ALLOWED = { NAMI_ALLOWED_CONNECTION_SECRETS: 'true' };

const asked = (name: string, more: object = {}) => ({ store: { connectionSecret: { name, ...more } } });

async function bound(spec: object = asked('events')): Promise<World> {
  const world = await simulate({ settings: ALLOWED });
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
  await world.until(isReady('orders'), 900);
  return world;
}

function textsOf(world: World, name = 'events'): Record<string, string> | undefined {
  const data = world.kubernetes.secret(name)?.data as Record<string, string> | undefined;
  return (
    data &&
    Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    )
  );
}

const storeReady = (world: World) => world.kubernetes.condition('orders', 'StoreReady');
const secretWrites = (world: World) =>
  world.kubernetes.writes.filter(({ resource }) => resource === 'secrets');

describe('who may read the events', () => {
  test('finds how in a Secret as the Service Binding specification has it, once the user is there', async () => {
    const world = await bound();
    const [database] = world.aws.stores.databases.values();
    const host = first(world.aws.ec2.instances.values()).privateIp;
    const own = { user: FIRST_USER, password: database?.users.get(FIRST_USER) ?? '' };
    const { user: username, password } = readerOf(own);
    expect(database?.readerRole).toBe('read');
    expect(textsOf(world)).toEqual({
      type: 'mongodb',
      provider: 'nami',
      host,
      port: '27017',
      database: 'nami',
      username,
      password,
      uri: `mongodb://${username}:${password}@${host}:27017/nami?authSource=admin&directConnection=true&tls=true`,
      'ca.crt': expect.stringContaining('BEGIN CERTIFICATE'),
    });
    const authority = first(world.aws.ssm.parameters.filter(({ name }) => name.endsWith('store-authority')));
    expect(authority.value).toContain(textsOf(world)?.['ca.crt']);
    expect(authority.value).toContain('PRIVATE KEY');
    expect(JSON.stringify(world.kubernetes.secret('events'))).not.toContain('PRIVATE');
    expect(world.kubernetes.secret('events')).toMatchObject({
      type: 'servicebinding.io/mongodb',
      metadata: { ownerReferences: [{ kind: 'WebhookPipeline', name: 'orders' }] },
    });
    expect(world.kubernetes.get('orders')?.status).toMatchObject({ binding: { name: 'events' } });
  });

  test('finds nothing of it in status, Events or log', async () => {
    const world = await bound();
    const { password = '' } = textsOf(world) ?? {};
    const said = JSON.stringify([world.kubernetes.list(), world.kubernetes.events, world.log]);
    expect(password).not.toBe('');
    expect(said).not.toContain(password);
  });

  test('may write where that is asked for', async () => {
    const world = await bound(asked('events', { role: 'readWrite' }));
    expect(first([...world.aws.stores.databases.values()]).readerRole).toBe('readWrite');
  });

  test('keeps it while the store is away, and while the operator starts anew', async () => {
    const world = await bound();
    const before = textsOf(world);
    const volume = first([...world.aws.stores.databases.keys()]);
    world.aws.stores.down.add(volume);
    await world.run(300);
    await world.restart();
    await world.run(300);
    expect(textsOf(world)).toEqual(before);
    expect(secretWrites(world)).toHaveLength(1);
    expect(world.kubernetes.get('orders')?.status).toMatchObject({ binding: { name: 'events' } });
  });
});

describe('the Secret', () => {
  test('is put right when somebody changes or deletes it', async () => {
    const world = await bound();
    const before = world.kubernetes.secret('events');
    world.kubernetes.patchSecret('events', { password: 'guessed' });
    await world.until(() => textsOf(world)?.password !== 'guessed', 120);
    expect(world.kubernetes.secret('events')?.data).toEqual(before?.data);
    world.kubernetes.remove('secrets', 'events');
    await world.until(() => textsOf(world) !== undefined, 120);
    expect(world.kubernetes.secret('events')?.data).toEqual(before?.data);
  });

  test('names the host that took the place of another', async () => {
    const world = await bound();
    const host = first(world.aws.ec2.instances.values());
    world.kubernetes.annotate('orders', { 'nami.dev/replace-host': host.id });
    await world.until(
      ({ kubernetes }) =>
        kubernetes.get('orders')?.status?.store !== undefined && storeHost(world) !== host.id,
      1800,
    );
    await world.until(isReady('orders'), 900);
    const now = world.aws.ec2.instances.find(({ id }) => id === storeHost(world));
    expect(textsOf(world)?.host).toBe(now?.privateIp);
  });

  test('of another name takes the place of the one before', async () => {
    const world = await bound();
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: asked('readers') });
    await world.until(() => textsOf(world, 'readers') !== undefined, 300);
    expect(textsOf(world)).toBeUndefined();
  });

  test('goes with its user when nobody asks for it any more', async () => {
    const world = await bound();
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: {} });
    await world.until(({ aws }) => first([...aws.stores.databases.values()]).readerRole === undefined, 600);
    expect(textsOf(world)).toBeUndefined();
    await world.until(isReady('orders'), 300);
    expect(world.kubernetes.get('orders')?.status).not.toHaveProperty('binding');
  });

  test('of somebody else is left alone, also at the end, and that is said', async () => {
    const world = await simulate({ settings: ALLOWED });
    world.kubernetes.setSecret('events', { uri: 'precious' });
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: asked('events') });
    await world.until(() => storeReady(world)?.reason === 'ConnectionSecretTaken', 900);
    expect(storeReady(world)?.message).toContain('name another in spec.store.connectionSecret.name');
    await world.until(({ senders }) => senders.post('orders').status === 200, 300);
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: {} });
    await world.run(300);
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 1800);
    expect(textsOf(world)).toEqual({ uri: 'precious' });
  });

  test('that may not be written is told with the rights that are missing', async () => {
    const world = await simulate({ settings: ALLOWED });
    world.kubernetes.refuse('create', 'secrets', 403);
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: asked('events') });
    await world.until(() => storeReady(world)?.reason === 'SecretForbidden', 900);
    expect(storeReady(world)?.message).toContain(
      'create, patch and delete on secrets in namespace "default"',
    );
    world.kubernetes.accept();
    await world.until(isReady('orders'), 300);
    expect(textsOf(world)?.username).toBe('nami-reader');
  });

  test('is refused where the operator’s settings do not allow it', async () => {
    const world = await simulate();
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: asked('events') });
    await world.run(120);
    expect(world.kubernetes.condition('orders', 'Ready')).toMatchObject({ reason: 'NotAllowed' });
    expect(secretWrites(world)).toEqual([]);
  });
});

const storeHost = (world: World) =>
  (world.kubernetes.get('orders')?.status?.store as { host?: string } | undefined)?.host;
