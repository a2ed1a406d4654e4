import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { actionsOf, allowedActions } from '../iam-actions.ts';
import { eventually, GITHUB } from '../user.ts';
import { System } from './system.ts';

/** The operator's own, so that its calls are told from those of functions and hosts. */
const ACCESS_KEY = 'operator';

let system: System;

beforeAll(async () => {
  system = await System.start('least-privilege', {
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    NAMI_LOOK_SECONDS: '2',
    NAMI_DELETE_SHARED_OBJECTS: 'true',
  });
});
afterAll(async () => await system?.stop());

// The emulators enforce no policy, so what was called is held against what is allowed. That the policy allows no
// more than the code can call is shown from the code (test/unit/deploy/iam.test.ts): some calls mend what others broke.
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
  await eventually('the shared objects go', async () => called().has('ec2:DeleteVpc'));

  const allowed = allowedActions(JSON.parse(readFileSync('deploy/iam/operator-policy.json', 'utf8')));
  expect(called().size).toBeGreaterThan(70);
  expect([...called()].filter((action) => !allowed.has(action))).toEqual([]);
});

function called(): Set<string> {
  const own = system.stack.proxy.calls.filter(({ accessKeyId }) => accessKeyId === ACCESS_KEY);
  return new Set(own.flatMap(({ service, action }) => actionsOf(service, action)));
}
