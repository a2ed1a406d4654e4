import { describe, expect, test } from 'vitest';
import { route } from '../../../../src/aws/kinds/route.ts';
import { type StageDesired, stage } from '../../../../src/aws/kinds/stage.ts';
import { OWNER } from '../graph/fake-kinds.ts';
import { refuse, type Script, scripted } from './scripted-account.ts';

const FUNCTION = 'arn:aws:lambda:eu-central-1:123456789012:function:f:live';
const uri = `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`;
const DESIRED = {
  restApiId: 'api',
  parentId: 'nami',
  path: '/nami/orders',
  functionArn: FUNCTION,
  replaces: '',
};

describe('a route', () => {
  const aws = (resourceMethods: object | undefined, more: Script = {}) =>
    scripted({
      GetResources: () => ({ items: [{ id: 'r', path: '/nami/orders', resourceMethods }] }),
      PutMethod: () => ({}),
      PutIntegration: () => ({}),
      ...more,
    });
  const found = async ({ account }: ReturnType<typeof aws>) => {
    const actual = await route.find(account, DESIRED, OWNER);
    if (!actual) throw new Error('it is there');
    return actual;
  };

  test('that calls its function is right', async () => {
    const run = aws({ ANY: { methodIntegration: { uri } } });
    expect(route.compare(await found(run), DESIRED)).toEqual([]);
  });

  test.each<[string, object | undefined, string[]]>([
    ['without method', undefined, ['functionArn']],
    ['whose method calls nothing', { ANY: {} }, ['functionArn', 'complete']],
    [
      'that calls another function',
      { ANY: { methodIntegration: { uri: uri.replace('f:live', 'g:live') } } },
      ['functionArn'],
    ],
  ])('%s is repaired', async (_, methods, differences) => {
    const run = aws(methods, {
      PutMethod: () => refuse('ConflictException', 'Method already exists for this resource'),
    });
    const actual = await found(run);

    expect(route.compare(actual, DESIRED)).toEqual(differences);
    const replaces = FUNCTION.replace('f:live', 'g:live');
    await route.update(run.account, { ...DESIRED, replaces }, actual, OWNER);

    expect(run.inputs('PutIntegration')).toEqual([
      expect.objectContaining({ resourceId: 'r', httpMethod: 'ANY', type: 'AWS_PROXY', uri }),
    ]);
  });

  test('that calls a function which nobody knew of is left as it is: someone has just made it', async () => {
    const run = aws({ ANY: { methodIntegration: { uri: uri.replace('f:live', 'g:live') } } });
    const actual = await found(run);
    const replaces = FUNCTION.replace('f:live', 'h:live');
    await expect(route.update(run.account, { ...DESIRED, replaces }, actual, OWNER)).rejects.toMatchObject({
      name: 'RequeueAfter',
    });
    expect(run.writes()).toEqual([]);
  });

  test('whose integration is refused keeps no method, which would break every deployment', async () => {
    const run = aws(undefined, {
      CreateResource: () => ({ id: 'r' }),
      PutIntegration: () => refuse('BadRequestException', 'no such function'),
      DeleteMethod: () => ({}),
    });
    await expect(route.create(run.account, DESIRED, {}, OWNER)).rejects.toThrow('no such function');
    expect(run.writes()).toEqual(['CreateResource', 'PutMethod', 'PutIntegration', 'DeleteMethod']);
  });

  test('that was there keeps its method whatever is refused: it may be served', async () => {
    const run = aws(undefined, {
      PutMethod: () => refuse('ConflictException', 'Method already exists for this resource'),
      PutIntegration: () => refuse('TooManyRequestsException'),
      DeleteMethod: () => ({}),
    });
    await expect(route.update(run.account, DESIRED, await found(run), OWNER)).rejects.toThrow();
    expect(run.inputs('DeleteMethod')).toEqual([]);
  });

  test('is found again at once after a change, for the list is read anew', async () => {
    const run = aws({ ANY: { methodIntegration: { uri } } });
    const actual = await found(run);
    await route.update(run.account, DESIRED, actual, OWNER);
    await found(run);
    expect(run.inputs('GetResources')).toHaveLength(2);
  });
});

describe('the stage', () => {
  const WANTED: StageDesired = {
    restApiId: 'api',
    name: 'live',
    content: 'hash-1',
    paths: [],
    throttles: {},
  };
  const METRICS = { '*/*': { metricsEnabled: true } };
  const bound = (rate: number, burst: number, metricsEnabled = true) => ({
    throttlingRateLimit: rate,
    throttlingBurstLimit: burst,
    metricsEnabled,
  });

  const aws = (methodSettings: object, content = 'hash-1', deployments: object[] = []) =>
    scripted({
      GetStage: () => ({ deploymentId: 'd1', methodSettings, tags: {} }),
      GetDeployment: () => ({ description: content }),
      GetDeployments: () => ({ items: deployments }),
      CreateDeployment: () => ({ id: 'd2' }),
      DeleteDeployment: () => ({}),
      UpdateStage: () => ({}),
    });
  const mended = async (run: ReturnType<typeof aws>, desired: StageDesired) => {
    const actual = await stage.find(run.account, desired, OWNER);
    if (!actual) throw new Error('it is there');
    const differences = stage.compare(actual, desired);
    await stage.update(run.account, desired, actual, OWNER);
    return {
      differences,
      patches: run.inputs('UpdateStage').flatMap(({ patchOperations }) => patchOperations),
    };
  };

  test.each([
    ['lacks a path that it was meant to hold', { '/nami': { POST: {} } }, ['content']],
    [
      'holds a path that should be gone',
      { '/nami/orders': { ANY: {} }, '/nami/gone': { ANY: {} } },
      ['content'],
    ],
    ['holds what it should', { '/nami/orders': { ANY: {} } }, []],
    ['says nothing of its paths', undefined, []],
  ])('whose deployment %s is told by that, whatever was meant', async (_, apiSummary, differences) => {
    const run = scripted({
      GetStage: () => ({ deploymentId: 'd1', methodSettings: METRICS, tags: {} }),
      GetDeployment: () => ({ description: 'hash-1', ...(apiSummary && { apiSummary }) }),
    });
    const wanted = { ...WANTED, paths: ['/nami/orders'] };
    const actual = await stage.find(run.account, wanted, OWNER);
    expect(actual && stage.compare(actual, wanted)).toEqual(differences);
  });

  test('that shows what it should is left alone', async () => {
    const run = aws(METRICS);
    expect(await mended(run, WANTED)).toEqual({ differences: [], patches: [] });
    expect(run.writes()).toEqual([]);
  });

  test('is deployed when its content changes, keeping the deployment before and no older one', async () => {
    const at = (id: string, time: number) => ({ id, createdDate: new Date(time) });
    const run = aws(METRICS, 'hash-0', [at('d0', 1), at('d1', 2), at('d2', 3)]);
    expect(await mended(run, WANTED)).toMatchObject({ differences: ['content'] });
    expect(run.inputs('CreateDeployment')).toEqual([
      { restApiId: 'api', stageName: 'live', description: 'hash-1' },
    ]);
    expect(run.inputs('DeleteDeployment')).toEqual([{ restApiId: 'api', deploymentId: 'd0' }]);
  });

  test('gets its metrics back', async () => {
    expect(await mended(aws({}), WANTED)).toEqual({
      differences: ['metrics'],
      patches: [{ op: 'replace', path: '/*/*/metrics/enabled', value: 'true' }],
    });
  });

  test('bounds a route, and keeps the metrics that its alarm looks at', async () => {
    const throttles = { '/nami/orders': { rateLimit: 10, burstLimit: 5 } };
    expect(await mended(aws(METRICS), { ...WANTED, throttles })).toEqual({
      differences: ['throttles'],
      patches: [
        { op: 'replace', path: '/~1nami~1orders/ANY/metrics/enabled', value: 'true' },
        { op: 'replace', path: '/~1nami~1orders/ANY/throttling/rateLimit', value: '10' },
        { op: 'replace', path: '/~1nami~1orders/ANY/throttling/burstLimit', value: '5' },
      ],
    });
  });

  test.each(['~1nami~1orders/ANY', 'nami~1orders/ANY', 'nami/orders/ANY'])(
    'knows a bound again in the form %s',
    async (key) => {
      const throttles = { '/nami/orders': { rateLimit: 10, burstLimit: 5 } };
      const { patches } = await mended(aws({ ...METRICS, [key]: bound(10, 5) }), { ...WANTED, throttles });
      expect(patches).toEqual([]);
    },
  );

  test('gives a bound route its metrics back', async () => {
    const throttles = { '/nami/orders': { rateLimit: 10, burstLimit: 5 } };
    const { differences, patches } = await mended(
      aws({ ...METRICS, '~1nami~1orders/ANY': bound(10, 5, false) }),
      { ...WANTED, throttles },
    );
    expect(differences).toEqual(['throttles']);
    expect(patches).toContainEqual({
      op: 'replace',
      path: '/~1nami~1orders/ANY/metrics/enabled',
      value: 'true',
    });
  });

  test('takes off what switches the metrics of a route without a bound off', async () => {
    const throttles = { '/nami/orders': null };
    const set = (metricsEnabled: boolean) =>
      mended(aws({ ...METRICS, '~1nami~1orders/ANY': bound(-1, -1, metricsEnabled) }), {
        ...WANTED,
        throttles,
      });
    expect((await set(false)).patches).toEqual([{ op: 'remove', path: '/~1nami~1orders/ANY' }]);
    expect((await set(true)).patches).toEqual([]);
  });

  test('takes a bound away', async () => {
    const run = aws({ ...METRICS, '~1nami~1orders/ANY': bound(10, 5) });
    expect(await mended(run, { ...WANTED, throttles: { '/nami/orders': null } })).toEqual({
      differences: ['throttles'],
      patches: [{ op: 'remove', path: '/~1nami~1orders/ANY' }],
    });
  });

  test('leaves the bounds of routes that it does not know of, as after a restart', async () => {
    const run = aws({ ...METRICS, '~1nami~1other/ANY': bound(10, 5) });
    expect(await mended(run, WANTED)).toEqual({ differences: [], patches: [] });
  });
});
