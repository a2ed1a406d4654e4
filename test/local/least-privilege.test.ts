import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, GITHUB } from '../user.ts';
import { System } from './system.ts';

let system: System;

beforeAll(async () => {
  system = await System.start('least-privilege', {
    NAMI_LOOK_SECONDS: '2',
    NAMI_DELETE_SHARED_OBJECTS: 'true',
  });
});
afterAll(async () => await system?.stop());

// What was called is held against what is allowed when the system stops, here and after every local test; with its resources
// and conditions in simulations (test/simulation/access.test.ts).
test('the operator’s policy allows every call of a pipeline’s whole life', async () => {
  const { namespace } = await system.namespace('least');
  await system.apply(namespace, 'orders');
  await system.waitReady(namespace, 'orders');
  await system.apply(namespace, 'orders', {
    ...GITHUB,
    preQueue: { provisionedConcurrency: 2 },
    postQueue: { memoryMiB: 512, reservedConcurrency: 7 },
    queue: { maxReceiveCount: 3 },
    store: { managed: { volume: { sizeGiB: 12, reclaimPolicy: 'Delete' } } },
  });
  await system.waitReady(namespace, 'orders');
  await system.kubectl('-n', namespace, 'delete', 'whp/orders', '--timeout=100s');
  await eventually('the shared objects go', async () => system.calledActions().has('ec2:DeleteVpc'));

  expect(system.calledActions().size).toBeGreaterThan(70);
});
