import { expect, test } from 'vitest';
import { permission } from '../../../../src/aws/kinds/permission.ts';
import { siftRoutes } from '../../../../src/controller/region/sift-routes.ts';
import { OWNER } from '../../aws/graph/fake-kinds.ts';
import { scripted } from '../../aws/kinds/scripted-account.ts';

const ROUTE = {
  key: 'shop/orders',
  isAliasTold: true,
  since: '',
  path: '/nami/orders',
  functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:orders-pre-queue:live',
};

/** Whether the route can be made on a gateway, where its function lets `caller` call it. */
async function isPossible(caller: string, restApiId: string | undefined): Promise<boolean> {
  const Condition = {
    ArnLike: { 'AWS:SourceArn': `arn:aws:execute-api:eu-central-1:123456789012:${caller}/*/*/nami/orders` },
  };
  const { account } = scripted({
    GetPolicy: () => ({ Policy: JSON.stringify({ Statement: [{ Sid: 'gateway', Condition }] }) }),
  });
  const { possible } = await siftRoutes(account, [ROUTE], [], () => restApiId);
  return possible.length === 1;
}

test('a route waits until its function lets that gateway call it which it is to be on', async () => {
  expect(await isPossible('api1', 'api1')).toBe(true);
  expect(await isPossible('api1', 'api2')).toBe(false);
});

test('of a pipeline that was not begun nothing is asked: the look that adds its permission tells of it', async () => {
  const { account, calls } = scripted({ GetPolicy: () => ({}), AddPermission: () => ({}) });
  const route = { ...ROUTE, isAliasTold: false };
  const possible = async () => (await siftRoutes(account, [route], [], () => 'api1')).possible.length;
  expect([await possible(), calls.length]).toEqual([0, 0]);

  const sourceArn = 'arn:aws:execute-api:eu-central-1:123456789012:api1/*/*/nami/orders';
  const desired = { functionName: 'orders-pre-queue', alias: 'live', sourceArn };
  await permission.create(account, desired, {}, OWNER);
  expect(await possible()).toBe(1);
  expect(calls.map(({ command }) => command)).toEqual(['AddPermission']);
});
