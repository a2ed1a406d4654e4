import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeKey } from '../../../src/aws/graph/graph.ts';
import { dependenciesOf } from '../../../src/aws/graph/references.ts';
import { planGateway, planStage, type RoutePlan, type ShownRoute } from '../../../src/plan/gateway.ts';
import { regionOwner } from '../../../src/plan/identity.ts';
import { planNetwork, subnetCidr } from '../../../src/plan/network.ts';
import { desiredOf, has, nodeOf } from './inputs.ts';

const OWNER = regionOwner('c1', '/nami/');
const ROUTES = [
  { path: '/nami/a', functionArn: 'arn:a', throttle: { rateLimit: 1, burstLimit: 2 } },
  { path: '/nami/b', functionArn: 'arn:b' },
];

describe('the gateway', () => {
  const graph = planGateway(OWNER, 1, ROUTES);

  test('has one route for each pipeline, none of which holds up another', () => {
    for (const { path, functionArn } of ROUTES) {
      expect(nodeOf(graph, 'Route', path)).toMatchObject({ optional: true, desired: { path, functionArn } });
    }
    expect(nodeOf(graph, 'Route', '/nami').optional).toBeUndefined();
  });

  test('refers only to itself', () => {
    const keys = graph.map(({ kind, id }) => nodeKey(kind, id));
    expect(graph.flatMap(dependenciesOf).filter((key) => !keys.includes(key))).toEqual([]);
  });

  test.each(['THROTTLED', 'QUOTA_EXCEEDED', 'INTEGRATION_FAILURE', 'INTEGRATION_TIMEOUT', 'DEFAULT_5XX'])(
    'answers %s so that senders try again',
    (type) => {
      expect(nodeOf(graph, 'GatewayResponse', type).desired).toMatchObject({
        statusCode: 503,
        retryAfterSeconds: 5,
      });
    },
  );

  test('answers an unknown path with 404, and too much with 413', () => {
    const status = (type: string) => desiredOf(graph, 'GatewayResponse', type).statusCode;
    expect([status('MISSING_AUTHENTICATION_TOKEN'), status('REQUEST_TOO_LARGE')]).toEqual([404, 413]);
  });

  test('stands without any route', () => {
    expect(has(planGateway(OWNER, 1, []), 'RestApi', 'gateway')).toBe(true);
  });
});

describe('the stage', () => {
  const shown = ROUTES.map(({ path, functionArn }) => ({ path, functionArn }));
  const stage = (shownNow: readonly ShownRoute[], known: readonly RoutePlan[]) =>
    desiredOf(planStage(1, 'api', shownNow, known), 'Stage', 'live');

  test('is deployed anew when a route comes, goes or calls another function', () => {
    const contents = [
      shown,
      shown.slice(1),
      [...shown.slice(1), { path: '/nami/a', functionArn: 'arn:other' }],
    ].map((routes) => stage(routes, ROUTES).content);
    expect(new Set(contents).size).toBe(3);
  });

  test('is not deployed anew for another order of routes, nor for a throttle', () => {
    expect(stage([...shown].reverse(), []).content).toBe(stage(shown, ROUTES).content);
  });

  test('bounds the routes that are known and shown, and says of the others that they have no bound', () => {
    expect(stage(shown, ROUTES).throttles).toEqual({
      '/nami/a': { rateLimit: 1, burstLimit: 2 },
      '/nami/b': null,
    });
    expect(stage(shown.slice(1), ROUTES).throttles).toEqual({ '/nami/b': null });
    expect(stage(shown, []).throttles).toEqual({});
  });
});

describe('the shared network', () => {
  test('is not there until a zone is needed', () => {
    expect(planNetwork('10.77.0.0/16', [])).toEqual([]);
  });

  test('has a public subnet in each zone, at a place that depends on the zone alone', () => {
    const cidr = (zones: string[]) =>
      desiredOf(planNetwork('10.77.0.0/16', zones), 'Subnet', 'eu-central-1c').cidr;
    expect(cidr(['eu-central-1c'])).toBe('10.77.32.0/20');
    expect(cidr(['eu-central-1a', 'eu-central-1c'])).toBe('10.77.32.0/20');
  });

  test('routes all its subnets out', () => {
    const graph = planNetwork('10.77.0.0/16', ['eu-central-1a', 'eu-central-1b']);
    expect(desiredOf(graph, 'RouteTable', 'network').subnetIds).toEqual([
      { $ref: 'Subnet/eu-central-1a', field: 'id' },
      { $ref: 'Subnet/eu-central-1b', field: 'id' },
    ]);
  });
});

describe('a part of an address range', () => {
  test.each([
    ['10.77.0.0/16', 0, '10.77.0.0/20'],
    ['10.77.0.0/16', 15, '10.77.240.0/20'],
    ['192.168.4.0/24', 3, '192.168.4.48/28'],
    ['255.255.0.0/16', 1, '255.255.16.0/20'],
  ])('%s, %i is %s', (cidr, index, part) => expect(subnetCidr(cidr, index)).toBe(part));

  test('lies within the range and overlaps no other', () => {
    const value = (address: string) =>
      address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
    const ranges = fc.record({ second: fc.nat(255), bits: fc.integer({ min: 16, max: 24 }) });
    fc.assert(
      fc.property(ranges, ({ second, bits }) => {
        const parts = Array.from({ length: 16 }, (_, index) => subnetCidr(`10.${second}.0.0/${bits}`, index));
        const size = 2 ** (32 - bits - 4);
        const starts = parts.map((part) => value(part.split('/')[0] ?? ''));
        expect(starts).toEqual(starts.map((_, index) => value(`10.${second}.0.0`) + index * size));
        expect(parts.every((part) => part.endsWith(`/${bits + 4}`))).toBe(true);
      }),
    );
  });
});
