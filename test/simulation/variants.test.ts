import { describe, expect, test } from 'vitest';
import { isGone, isReady } from './pipelines.ts';
import { NOTHING_STAYS } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** An external store, as a Secret names it. */
function giveExternalStore({ aws, kubernetes }: World): void {
  aws.stores.external.set('db.example', { isUp: true, events: new Set() });
  kubernetes.setSecret('store', { uri: 'mongodb://u:p@db.example/' });
}

const EXTERNAL = { store: { external: { uriSecretRef: { name: 'store', key: 'uri' } } } };

/** Ways to write a pipeline, what they need beforehand, and what may be left of them. */
const VARIANTS: readonly (readonly [string, object, (world: World) => void, RegExp[]])[] = [
  ['an external store', EXTERNAL, giveExternalStore, []],
  [
    'a signed source',
    { ...EXTERNAL, source: { type: 'GitHub', secretRefs: [{ name: 'github', key: 'secret' }] } },
    (world) => {
      giveExternalStore(world);
      world.kubernetes.setSecret('github', { secret: 'hunter2hunter2' });
    },
    [],
  ],
  [
    'concurrency that is set aside',
    { ...EXTERNAL, preQueue: { reservedConcurrency: 50, provisionedConcurrency: 5 } },
    giveExternalStore,
    [],
  ],
  [
    'own code from a ConfigMap',
    { ...EXTERNAL, postQueue: { code: { configMapRef: { name: 'code', key: 'process.mjs' } } } },
    (world) => {
      giveExternalStore(world);
      world.kubernetes.setConfigMap('code', { 'process.mjs': 'export const process = () => {};' });
    },
    [],
  ],
  [
    'bounds and alarms of its own',
    {
      ...EXTERNAL,
      endpoint: { throttle: { rateLimit: 10, burstLimit: 5 } },
      alarms: { enabled: false },
    },
    giveExternalStore,
    [],
  ],
  [
    'a volume that goes with it',
    { store: { managed: { volume: { reclaimPolicy: 'Delete' } } } },
    () => {},
    [],
  ],
  [
    'a machine of another kind',
    { store: { managed: { instanceType: 't4g.small' } } },
    () => {},
    [/^Parameter /, /^Volume /],
  ],
];

describe('a pipeline lives and goes with', () => {
  test.each(VARIANTS)('%s', async (_, spec, prepare, kept) => {
    const world = await simulate({ settings: NOTHING_STAYS });
    prepare(world);
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
    await world.until(isReady('orders'), 600);
    expect(world.senders.post('orders').status).toBe(200);
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 60);
    await world.run(900);
    const changes = world.aws.changes.length;
    await world.run(900);
    expect(world.aws.changes.slice(changes).map(({ command }) => command)).toEqual([]);

    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 1200);
    await world.until(({ aws }) => aws.contents().length <= kept.length, 600);
    expect(world.aws.contents()).toEqual(kept.map((pattern) => expect.stringMatching(pattern)));
  });

  test('a store that becomes an external one: of the host nothing stays but the volume, and nothing of its network', async () => {
    const world = await simulate({ settings: NOTHING_STAYS });
    giveExternalStore(world);
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.until(isReady('orders'), 600);
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: EXTERNAL });
    await world.until(isReady('orders'), 600);
    const ofHosts = /^(Instance|InstanceProfile|SecurityGroup|Role .*-host|Parameter .*-authority)\b/;
    await world.until(({ aws }) => !aws.contents().some((each) => ofHosts.test(each)), 3600);
    expect(world.aws.contents().filter((each) => /^(Volume|Parameter) /.test(each))).toHaveLength(2);
  });

  test('a path that another holds, which it gets once that one is gone', async () => {
    const world = await simulate();
    giveExternalStore(world);
    const spec = { ...EXTERNAL, endpoint: { path: 'shared' } };
    world.kubernetes.apply({ metadata: { name: 'older' }, spec });
    await world.run(5);
    world.kubernetes.apply({ metadata: { name: 'younger' }, spec });
    await world.until(isReady('older'), 600);
    expect(world.kubernetes.condition('younger', 'GatewayReady')).toMatchObject({ reason: 'PathConflict' });
    world.kubernetes.delete('older');
    await world.until(isReady('younger'), 900);
    expect(world.senders.post('shared').status).toBe(200);
  });

  test.each<[string, (world: World) => Promise<void>]>([
    ['another pipeline', async () => {}],
    [
      'what one has left in AWS',
      async (world) => {
        world.kubernetes.delete('older');
        await world.until(isGone('older'), 600);
        await world.run(300);
      },
    ],
  ])('a path that %s has, and keeps when it is deleted', async (_, leave) => {
    const world = await simulate();
    giveExternalStore(world);
    const spec = { ...EXTERNAL, endpoint: { path: 'shared' } };
    world.kubernetes.apply({ metadata: { name: 'older' }, spec: { ...spec, deletionPolicy: 'Retain' } });
    await world.until(isReady('older'), 600);
    world.kubernetes.apply({ metadata: { name: 'younger' }, spec });
    await world.run(60);
    await leave(world);
    world.kubernetes.delete('younger');
    await world.until(isGone('younger'), 600);
    expect(world.senders.post('shared').status).toBe(200);
  });

  test('another path than what it left in AWS has: that is free for others', async () => {
    const world = await simulate();
    giveExternalStore(world);
    const at = (name: string, path: string) =>
      void world.kubernetes.apply({
        metadata: { name },
        spec: { ...EXTERNAL, endpoint: { path }, deletionPolicy: 'Retain' },
      });
    at('orders', 'before');
    await world.until(isReady('orders'), 600);
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 600);
    at('orders', 'after');
    await world.until(isReady('orders'), 600);
    await world.run(120);
    expect(world.senders.post('after').status).toBe(200);
    expect(world.senders.post('before').status, 'there is none').toBe(404);
    at('returns', 'before');
    await world.until(isReady('returns'), 600);
    expect(world.senders.post('before').status).toBe(200);
    expect(world.senders.post('after').status).toBe(200);
  });

  test('a deletion policy that leaves all in AWS', async () => {
    const world = await simulate();
    giveExternalStore(world);
    const spec = { ...EXTERNAL, deletionPolicy: 'Retain' };
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
    await world.until(isReady('orders'), 600);
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 600);
    await world.run(900);
    expect(world.senders.post('orders').status).toBe(200);
  });

  test('a deletion policy that leaves all in AWS, which tells of a queue that nobody will read again', async () => {
    const world = await simulate();
    giveExternalStore(world);
    const spec = { ...EXTERNAL, deletionPolicy: 'Retain' };
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
    await world.until(isReady('orders'), 600);
    for (const store of world.aws.stores.external.values()) store.isUp = false;
    await world.run(300);
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 600);
    const told = world.kubernetes.events.map((event) => String((event as { readonly note?: string }).note));
    const [mapping] = world.aws.lambda.mappings.values();
    expect(told.at(-1)).toMatch(/^everything stays in AWS/);
    expect(told.at(-1)).toContain(
      `its queue is not read, and forgets events after its retention: once the store can take them, have it read with: aws lambda update-event-source-mapping --region eu-central-1 --uuid ${mapping?.id} --enabled`,
    );
  });

  test('a Secret that comes late', async () => {
    const world = await simulate();
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec: EXTERNAL });
    await world.run(120);
    expect(world.kubernetes.condition('orders', 'Stalled')).toMatchObject({ status: 'True' });
    giveExternalStore(world);
    await world.until(isReady('orders'), 300);
  });
});
