import { expect, test } from 'vitest';
import { siftRoutes } from '../../../../src/controller/region/sift-routes.ts';
import { scripted } from '../../aws/kinds/scripted-account.ts';

const ROUTE = {
  key: 'shop/orders',
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
