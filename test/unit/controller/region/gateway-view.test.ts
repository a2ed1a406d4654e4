import { describe, expect, test } from 'vitest';
import {
  forgetGateway,
  type GatewayView,
  isUnreachable,
  type SeenGateway,
  servingGateway,
  viewGateway,
} from '../../../../src/controller/region/gateway-view.ts';
import { contentOf } from '../../../../src/plan/gateway.ts';
import { regionOwner } from '../../../../src/plan/identity.ts';
import { refuse, scripted } from '../../aws/kinds/scripted-account.ts';

const OWNER = regionOwner('c', '/nami/');
const ORDERS = { path: '/nami/orders', functionArn: 'arn:aws:lambda:r:1:function:orders:live' };
const view = (more: Partial<SeenGateway>): GatewayView => [
  {
    number: 1,
    restApiId: 'api1',
    paths: new Set(['/', '/nami', ORDERS.path]),
    routes: [ORDERS],
    deployedPaths: new Set([ORDERS.path]),
    ...more,
  },
];
const isServed = (seen: GatewayView, route: typeof ORDERS): boolean =>
  servingGateway(seen, route) !== undefined;
const NEVER_DEPLOYED = new Set<string>();

describe('a route', () => {
  test('is served when the stage shows it', () => {
    expect(isServed(view({}), ORDERS)).toBe(true);
  });

  test.each([
    ['not deployed', view({ deployedPaths: NEVER_DEPLOYED })],
    ['not there', view({ routes: [] })],
    ['another function’s', view({ routes: [{ ...ORDERS, functionArn: 'arn:other' }] })],
  ])('is not served when it is %s', (_, seen) => {
    expect(isServed(seen, ORDERS)).toBe(false);
  });

  test('is served by the gateway that has it, whichever that is', () => {
    const [other] = view({ number: 2, restApiId: 'api2' });
    const seen = [...view({ routes: [], deployedPaths: NEVER_DEPLOYED }), ...(other ? [other] : [])];
    expect(servingGateway(seen, ORDERS)?.restApiId).toBe('api2');
    expect(isUnreachable(seen, ORDERS)).toBe(false);
  });

  test('is gone only when neither the gateway nor what it shows holds it', () => {
    expect(isUnreachable(view({ routes: [], deployedPaths: NEVER_DEPLOYED }), ORDERS)).toBe(true);
    expect(isUnreachable(view({ routes: [] }), ORDERS)).toBe(false);
    expect(isUnreachable(view({ deployedPaths: NEVER_DEPLOYED }), ORDERS)).toBe(false);
  });

  test('is gone where its path calls another function', () => {
    expect(isUnreachable(view({ routes: [{ ...ORDERS, functionArn: 'arn:other' }] }), ORDERS)).toBe(true);
  });
});

describe('a look at the gateway', () => {
  const uri = `arn:aws:apigateway:r:lambda:path/2015-03-31/functions/${ORDERS.functionArn}/invocations`;
  const script = (stage: () => object) => ({
    GetRestApis: () => ({ items: [{ id: 'api1', name: OWNER.prefix }] }),
    GetResources: () => ({
      items: [
        { id: 'r', path: '/' },
        { id: 'n', path: '/nami' },
        { id: 'o', path: ORDERS.path, resourceMethods: { ANY: { methodIntegration: { uri } } } },
      ],
    }),
    GetStage: stage,
    GetDeployment: () => ({ description: contentOf([ORDERS]), apiSummary: { [ORDERS.path]: { ANY: {} } } }),
  });

  test('reads routes, stage and deployment once for all pipelines, and again when it is told to and that is old', async () => {
    const { account, calls, clock } = scripted(script(() => ({ deploymentId: 'd' })));
    const [first, second] = await Promise.all([viewGateway(account, OWNER), viewGateway(account, OWNER)]);
    expect(first).toEqual(view({}));
    expect(second).toBe(first);
    expect(calls).toHaveLength(4);
    const isSeenAnew = async () => {
      forgetGateway(account, OWNER);
      return (await viewGateway(account, OWNER)) !== first;
    };
    expect(await isSeenAnew()).toBe(true);
    expect(calls).toHaveLength(4);
    await clock.advance(5000);
    expect(await isSeenAnew()).toBe(true);
    expect(calls).toHaveLength(8);
  });

  test('sees that a stage was deleted by hand: nobody is served', async () => {
    const { account } = scripted(script(() => refuse('NotFoundException')));
    expect(isServed(await viewGateway(account, OWNER), ORDERS)).toBe(false);
  });

  test('believes what a deployment holds rather than what it was meant to hold', async () => {
    const { account } = scripted({
      ...script(() => ({ deploymentId: 'd' })),
      GetDeployment: () => ({ description: contentOf([ORDERS]), apiSummary: {} }),
    });
    expect(isServed(await viewGateway(account, OWNER), ORDERS)).toBe(false);
  });

  test('does not take what it may not read for what is not there', async () => {
    const { account } = scripted(script(() => refuse('AccessDeniedException')));
    await expect(viewGateway(account, OWNER)).rejects.toThrow();
  });
});
