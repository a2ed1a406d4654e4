import { describe, expect, test } from 'vitest';
import { reconcileRegion } from '../../../../src/controller/region/reconcile-region.ts';
import { Torsos } from '../../../../src/controller/region/torsos.ts';
import { regionOwner } from '../../../../src/plan/identity.ts';
import { refuse, type Script, scripted } from '../../aws/kinds/scripted-account.ts';

const OWNER = regionOwner('c', '/nami/');
const PATH = '/nami/orders';
const arnOf = (name: string) => `arn:aws:lambda:eu-central-1:123456789012:function:${name}-pre-queue:live`;
const OURS = arnOf('ours');
const THEIRS = arnOf('theirs');
const uriOf = (functionArn: string) =>
  `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`;

interface Resource {
  readonly id: string;
  readonly path: string;
  readonly resourceMethods?: { readonly ANY?: { readonly methodIntegration?: { readonly uri: string } } };
}

/** What a region has in AWS: a gateway, and functions that let it call them. Any number of operators work on it. */
class Gateway {
  readonly functions: Set<string>;
  resources: Resource[] = [
    { id: 'root', path: '/' },
    { id: 'nami', path: '/nami' },
  ];
  readonly #responses = new Map<unknown, object>();
  #content = '';
  #made = 0;

  constructor(...functions: string[]) {
    this.functions = new Set(functions);
  }

  /** As it is once its method calls something; half made without `functionArn`. */
  route(functionArn?: string): void {
    const methods = functionArn && {
      resourceMethods: { ANY: { methodIntegration: { uri: uriOf(functionArn) } } },
    };
    this.resources = [
      ...this.resources.filter(({ path }) => path !== PATH),
      { id: `route-${++this.#made}`, path: PATH, ...methods },
    ];
  }

  /** Which function the path is of; an empty text for a torso, undefined for none. */
  holder(): string | undefined {
    const found = this.resources.find(({ path }) => path === PATH);
    const uri = found?.resourceMethods?.ANY?.methodIntegration?.uri ?? '';
    return found && (/functions\/(.*)\/invocations/.exec(uri)?.[1] ?? '');
  }

  readonly #script: Script = {
    GetRestApis: () => ({ items: [{ id: 'api', name: OWNER.prefix, rootResourceId: 'root', ...API }] }),
    GetResources: () => ({ items: this.resources }),
    GetGatewayResponses: () => ({ items: [...this.#responses.values()] }),
    PutGatewayResponse: (response) => {
      this.#responses.set(response.responseType, response);
      return {};
    },
    CreateResource: () => {
      if (this.holder() !== undefined) refuse('ConflictException', 'Another resource with the same parent');
      this.route();
      return { id: this.resources.at(-1)?.id };
    },
    PutMethod: () => ({}),
    PutIntegration: ({ uri }) => {
      const found = this.resources.find(({ path }) => path === PATH);
      const resourceMethods = { ANY: { methodIntegration: { uri: String(uri) } } };
      if (!found) refuse('NotFoundException');
      this.resources = this.resources.map((each) => (each === found ? { ...each, resourceMethods } : each));
      return {};
    },
    DeleteResource: ({ resourceId }) => {
      this.resources = this.resources.filter(({ id }) => id !== resourceId);
      return {};
    },
    GetPolicy: ({ FunctionName }) =>
      this.functions.has(String(FunctionName))
        ? { Policy: JSON.stringify({ Statement: [{ Sid: 'gateway', Condition: {} }] }) }
        : refuse('ResourceNotFoundException'),
    GetStage: () => (this.#content === '' ? refuse('NotFoundException') : { deploymentId: 'd', ...STAGE }),
    GetDeployment: () => ({ id: 'd', description: this.#content }),
    GetDeployments: () => ({ items: [] }),
    CreateDeployment: ({ description }) => {
      this.#content = String(description);
      return { id: 'd' };
    },
    CreateStage: () => ({}),
    UpdateStage: () => ({}),
    DeleteStage: () => ({}),
    DeleteRestApi: () => {
      this.resources = [];
      return {};
    },
  };

  /** An operator with its own view of it, that wants the path for a function, or nothing. */
  operator(functionArn?: string, more: { leaving?: string; remove?: boolean } = {}) {
    const run = scripted(
      new Proxy(this.#script, {
        get: (script, name: string) =>
          script[name] ?? (/^(Get|List|Describe)/.test(name) ? () => ({}) : undefined),
      }),
    );
    const torsos = new Torsos();
    const routes =
      functionArn === undefined
        ? []
        : [{ key: 'shop/orders', isAliasTold: true, since: '', path: PATH, functionArn }];
    const look = () => {
      run.account.inventory.forgetAll();
      return reconcileRegion({
        account: run.account,
        owner: OWNER,
        wanted: { routes, leaving: new Set(more.leaving === undefined ? [] : [more.leaving]) },
        isOfPredecessor: async () => false,
        zones: [],
        networkCidr: '10.77.0.0/16',
        resourcesPerApi: 300,
        domains: { domains: [], disableExecuteApiEndpoint: false },
        remove: more.remove ?? false,
        hostIds: [],
        isResumed: false,
        torsos,
        before: { nodes: [] },
      });
    };
    return { look, run, later: (seconds: number) => run.clock.advance(seconds * 1000) };
  }
}

const API = {
  description: 'Nami: the endpoints of all webhook pipelines',
  binaryMediaTypes: ['*/*'],
  tags: { ...OWNER.identity, 'nami.dev/object': 'gateway' },
};
const STAGE = { methodSettings: { '*/*': { metricsEnabled: true } } };

describe('a path that another operator’s pipeline has', () => {
  test('is left to it while its function is there, and the pipeline here is told', async () => {
    const gateway = new Gateway('ours-pre-queue', 'theirs-pre-queue');
    gateway.route(THEIRS);
    const { look, run } = gateway.operator(OURS);
    expect((await look()).problems).toMatchObject([
      {
        part: 'Gateway',
        path: PATH,
        reason: 'PathTaken',
        terminal: true,
        message: expect.stringContaining(THEIRS),
      },
    ]);
    expect(gateway.holder()).toBe(THEIRS);
    expect(run.inputs('PutIntegration')).toEqual([]);
  });

  test('is taken over once its function is gone', async () => {
    const gateway = new Gateway('ours-pre-queue');
    gateway.route(THEIRS);
    const result = await gateway.operator(OURS).look();
    expect(result.problems).toEqual([]);
    expect(gateway.holder()).toBe(OURS);
  });

  test('stays with it when the pipeline that never had it is deleted', async () => {
    const gateway = new Gateway('ours-pre-queue', 'theirs-pre-queue');
    gateway.route(THEIRS);
    await gateway.operator(undefined, { leaving: OURS }).look();
    expect(gateway.holder()).toBe(THEIRS);
    await gateway.operator(undefined, { leaving: THEIRS }).look();
    expect(gateway.holder()).toBeUndefined();
  });

  test('goes to the first of two that ask in turn, and never to and fro', async () => {
    const gateway = new Gateway('ours-pre-queue', 'theirs-pre-queue');
    const [first, second] = [gateway.operator(OURS), gateway.operator(THEIRS)];
    for (let round = 0; round < 4; round++) {
      expect((await first.look()).problems).toEqual([]);
      expect((await second.look()).problems).toMatchObject([{ reason: 'PathTaken' }]);
      expect(gateway.holder()).toBe(OURS);
    }
    expect(second.run.inputs('PutIntegration')).toEqual([]);
    expect(first.run.inputs('CreateDeployment').length + second.run.inputs('CreateDeployment').length).toBe(
      1,
    );
  });

  test('ends with one of two that ask at the same moment', async () => {
    const gateway = new Gateway('ours-pre-queue', 'theirs-pre-queue');
    const [first, second] = [gateway.operator(OURS), gateway.operator(THEIRS)];
    await Promise.all([first.look(), second.look()]);
    const holders: unknown[] = [];
    for (let round = 0; round < 4; round++) {
      const results = await Promise.all([first.look(), second.look()]);
      expect(results.flatMap(({ problems }) => problems)).toMatchObject([{ reason: 'PathTaken' }]);
      holders.push(gateway.holder());
    }
    expect(new Set(holders).size).toBe(1);
  });

  test('is not overwritten where it was given to it since we looked', async () => {
    const gateway = new Gateway('ours-pre-queue', 'theirs-pre-queue');
    const { look, run } = gateway.operator(OURS);
    const policy = run.account.lambda.send.bind(run.account.lambda);
    run.account.lambda.send = (async (command: never) => {
      const answer = await policy(command);
      // Between the look at who has the path and what is done about it.
      gateway.route(THEIRS);
      run.account.inventory.forgetAll();
      return answer;
    }) as typeof policy;
    expect(await look()).toMatchObject({ settled: false });
    expect(gateway.holder()).toBe(THEIRS);
    run.account.lambda.send = policy;
    expect((await look()).problems).toMatchObject([{ reason: 'PathTaken' }]);
  });
});

describe('a route without a function that nobody here wants', () => {
  test('is left for a minute to whoever may be making it, and then removed', async () => {
    const gateway = new Gateway();
    gateway.route();
    const { look, later } = gateway.operator();
    expect(await look()).toMatchObject({ settled: false, seconds: 60 });
    await later(59);
    expect(await look()).toMatchObject({ settled: false, seconds: 1 });
    expect(gateway.holder()).toBe('');
    await later(1);
    await look();
    expect(gateway.holder()).toBeUndefined();
    expect(await look()).toMatchObject({ settled: true });
  });

  test('counts anew when it is another one', async () => {
    const gateway = new Gateway();
    const { look, later } = gateway.operator();
    for (let round = 0; round < 3; round++) {
      gateway.route();
      expect(await look()).toMatchObject({ seconds: 60 });
      await later(50);
    }
    expect(gateway.holder()).toBe('');
  });

  test('keeps the gateway from being removed with the last pipeline here', async () => {
    const gateway = new Gateway();
    gateway.route();
    const { look, run, later } = gateway.operator(undefined, { remove: true });
    expect(await look()).toMatchObject({ settled: false, seconds: 60, changed: false });
    expect(run.writes()).toEqual([]);
    await later(60);
    for (let round = 0; round < 3; round++) await look();
    expect(run.writes()).toContain('DeleteRestApi');
  });

  test('is finished at once where it is wanted', async () => {
    const gateway = new Gateway('ours-pre-queue');
    gateway.route();
    await gateway.operator(OURS).look();
    expect(gateway.holder()).toBe(OURS);
  });
});
