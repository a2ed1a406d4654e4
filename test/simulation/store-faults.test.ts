import { expect, test } from 'vitest';
import type { StoreFault } from '../../handlers/contract.ts';
import { first, isReady, settledWorld } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** What a status says of a store that does not serve, and that nothing is lost meanwhile. */

const healthy = ({ kubernetes }: World) => kubernetes.condition('orders', 'Healthy');
const mapping = ({ aws }: World) => first(aws.lambda.mappings.values());
const isWell = (world: World) => healthy(world)?.status === 'True' && mapping(world).enabled;

test.each<[StoreFault, string, string]>([
  ['login', 'AuthFailed', 'correct user, password and authSource'],
  ['name', 'StoreUnreachable', 'DNS does not know its name'],
  ['silent', 'ProbeTimeout', 'gives no answer'],
])(
  'a store of the user’s own (%s) is told with what to change, and is read for again',
  async (fault, reason, words) => {
    const world = await simulate();
    const store: { isUp: boolean; fault?: StoreFault; events: Set<string> } = {
      isUp: true,
      events: new Set(),
    };
    world.aws.stores.external.set('db.example', store);
    world.kubernetes.setSecret('store', { uri: 'mongodb://u:p@db.example/?tls=true' });
    const spec = { store: { external: { uriSecretRef: { name: 'store', key: 'uri' } } } };
    world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
    await world.until(isReady('orders'), 600);
    await world.until(isWell, 300);
    store.fault = fault;
    await world.until((each) => healthy(each)?.reason === reason && !mapping(each).enabled, 300);
    expect(healthy(world)?.message).toContain(words);
    delete store.fault;
    await world.until(isWell, 300);
  },
);

test('a host that somebody stopped is told, and started', async () => {
  const world = await settledWorld();
  const { id } = first(world.aws.ec2.instances.values());
  world.aws.ec2.machines.stop(id);
  await world.until((each) => healthy(each)?.reason === 'HostStopped', 900);
  expect(healthy(world)).toMatchObject({ status: 'False' });
  await world.until(isWell, 1800);
  expect(first(world.aws.ec2.instances.values()).id).toBe(id);
});
