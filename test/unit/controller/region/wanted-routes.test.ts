import { describe, expect, test } from 'vitest';
import { wantedRoutes } from '../../../../src/controller/region/wanted-routes.ts';
import { CONFIG, pipeline } from '../pipelines.ts';

const PLACE = { partition: 'aws', region: 'eu-central-1', accountId: '123456789012' };
const wanted = (...pipelines: Parameters<typeof wantedRoutes>[0]) =>
  wantedRoutes(pipelines, PLACE, 'c', CONFIG);
const deleted = { deletionTimestamp: '2026-01-02T00:00:00Z', finalizers: ['nami.dev/pipeline'] };
const suspended = { spec: { suspend: true } };

describe('the routes of a region', () => {
  test('follow from its pipelines alone: path, function and bound', () => {
    const throttle = { rateLimit: 1, burstLimit: 2 };
    const status = {
      observedGeneration: 1,
      objects: [{ kind: 'Alias', name: 'pre-queue', id: 'live', state: 'Ready' as const }],
    };
    const { routes } = wanted(
      pipeline('b'),
      pipeline('a', { spec: { endpoint: { path: 'x', throttle } }, status }),
    );
    expect(routes).toEqual([
      {
        key: 'shop/b',
        isAliasTold: false,
        since: '2026-01-01T00:00:00Z b',
        path: '/nami/b',
        functionArn: expect.stringMatching(
          /^arn:aws:lambda:eu-central-1:123456789012:function:nami-shop-b_[0-9a-f]{8}-pre-queue:live$/,
        ),
      },
      {
        key: 'shop/a',
        isAliasTold: true,
        since: '2026-01-01T00:00:00Z a',
        path: '/nami/x',
        functionArn: expect.stringContaining(':nami-shop-a_'),
        throttle,
      },
    ]);
  });

  test('are those of its own pipelines', () => {
    const elsewhere = pipeline('a', { spec: { region: 'us-east-1' } });
    expect(wanted(elsewhere)).toEqual({ routes: [], leaving: new Set() });
  });

  test('do not hold the younger of two claimants of a path', () => {
    const older = pipeline('orders', { created: '2026-01-01T00:00:00Z' });
    const younger = pipeline('later', {
      spec: { endpoint: { path: 'orders' } },
      created: '2026-01-02T00:00:00Z',
    });
    expect(wanted(younger, older).routes.map(({ key }) => key)).toEqual(['shop/orders']);
  });

  test('lose the one of a pipeline that is being deleted, and of no other', () => {
    const { routes, leaving } = wanted(pipeline('stays'), pipeline('goes', { metadata: deleted }));
    expect(routes.map(({ key }) => key)).toEqual(['shop/stays']);
    expect([...leaving]).toEqual([expect.stringContaining(':nami-shop-goes_')]);
  });

  test.each([
    ['is suspended', pipeline('orders', suspended)],
    ['is suspended and being deleted', pipeline('orders', { ...suspended, metadata: deleted })],
    [
      'leaves all in AWS when it goes',
      pipeline('orders', { spec: { deletionPolicy: 'Retain' }, metadata: deleted }),
    ],
    [
      'waits for the finalizer of somebody else',
      pipeline('orders', { metadata: { ...deleted, finalizers: ['other'] } }),
    ],
  ])('neither want nor give up the one of a pipeline that %s', (_, subject) => {
    expect(wanted(subject)).toEqual({ routes: [], leaving: new Set() });
  });
});
