import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OWN_CODE_ENV, OWN_CODE_FILE, POST_QUEUE_ENV, PRE_QUEUE_ENV } from '../../../handlers/contract.ts';
import { type Graph, type KindName, nodeKey } from '../../../src/aws/graph/graph.ts';
import { dependenciesOf } from '../../../src/aws/graph/references.ts';
import type { Ref } from '../../../src/aws/object/unresolved.ts';
import type { PolicyStatement } from '../../../src/aws/wire/policy.ts';
import type { PlanInput } from '../../../src/plan/input.ts';
import { FULL_SPEC } from '../api/specs.ts';
import { desiredOf, has, inputOf, inputs, nodeOf, planOf, SIGNING_SECRET, STORE_URI } from './inputs.ts';

/** Holds for the plan of every valid spec. */
const always = (holds: (graph: Graph, input: PlanInput) => void) =>
  fc.assert(
    fc.property(inputs, (input) => {
      holds(planOf(input), input);
    }),
  );

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

function refsIn(value: unknown): Ref[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('$ref' in value) return [value as Ref];
  return Object.values(value).flatMap(refsIn);
}

/** What each kind gives to others once it was observed. */
const OUTPUTS: Partial<Record<KindName, readonly string[]>> = {
  Alias: ['arn', 'revision', 'codeSha256'],
  Function: ['name', 'arn', 'revision', 'codeSha256'],
  Instance: ['id', 'privateIp', 'tls'],
  InstanceProfile: ['name', 'arn'],
  LogGroup: ['name', 'arn'],
  Parameter: ['name', 'user', 'password', 'certificate'],
  Queue: ['url', 'arn', 'redriveDue'],
  Role: ['name', 'arn', 'roleId'],
  SecurityGroup: ['id'],
  Volume: ['id', 'zone', 'madeFrom'],
};

describe('every plan', () => {
  test('follows from its input alone, which it leaves as it is', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        expect(planOf(deepFreeze(input))).toEqual(planOf(structuredClone(input)));
      }),
    );
  });

  test('is data: it survives being written down', () => {
    always((graph) => expect(JSON.parse(JSON.stringify(graph))).toEqual(graph));
  });

  test('has each key once', () => {
    always((graph) => {
      const keys = graph.map(({ kind, id }) => nodeKey(kind, id));
      expect(new Set(keys).size).toBe(keys.length);
    });
  });

  test('refers only to what is in it, or to what the region gives', () => {
    const regions = ['given/gateway', 'given/network'];
    always((graph) => {
      const keys = new Set([...graph.map(({ kind, id }) => nodeKey(kind, id)), ...regions]);
      expect(graph.flatMap(dependenciesOf).filter((key) => !keys.has(key))).toEqual([]);
    });
  });

  test('asks of others only for values that they have', () => {
    always((graph) => {
      const unknown = refsIn(graph).filter(({ $ref, field }) => {
        const kind = $ref.split('/')[0] as KindName;
        return !$ref.startsWith('given/') && !OUTPUTS[kind]?.includes(field);
      });
      expect(unknown).toEqual([]);
    });
  });

  test('can be built: nothing waits for itself', () => {
    always((graph) => {
      let open = graph;
      for (let before = Number.POSITIVE_INFINITY; open.length < before; ) {
        before = open.length;
        const waiting = new Set(open.map(({ kind, id }) => nodeKey(kind, id)));
        open = open.filter((node) => dependenciesOf(node).some((key) => waiting.has(key)));
      }
      expect(open).toEqual([]);
    });
  });

  test('keeps secrets to the environment of the functions', () => {
    always((graph) => {
      const rest = graph.map((node) =>
        node.kind === 'Function' ? { ...node, desired: { ...node.desired, environment: {} } } : node,
      );
      expect(JSON.stringify(rest)).not.toContain('hunter2');
    });
  });

  test('answers as the sender waits for it, unless the user says otherwise', () => {
    const responseTo = (type: 'Adyen' | 'Discord' | 'GitHub' | 'Slack' | 'Xero', response = {}) => {
      const source = { type, secretRefs: [{ name: 'a', key: 'b' }] };
      const { environment } = desiredOf(
        planOf(inputOf({ source, endpoint: { response } })),
        'Function',
        'pre-queue',
      ) as { environment: Record<string, string> };
      return JSON.parse(environment[PRE_QUEUE_ENV.response] ?? '');
    };
    expect(responseTo('GitHub')).toMatchObject({ statusCode: 200, body: '{"received":true}' });
    expect(responseTo('Slack')).toMatchObject({ statusCode: 200, body: '' });
    expect(responseTo('Discord')).toMatchObject({ statusCode: 204, body: '' });
    expect(responseTo('Adyen')).toMatchObject({ statusCode: 200, body: '[accepted]' });
    expect(responseTo('Xero')).toMatchObject({ body: '', emptyRefusals: true });
    expect(responseTo('Slack', { statusCode: 202, body: 'ok' })).toMatchObject({
      statusCode: 202,
      body: 'ok',
    });
  });

  test('tells a function with what to answer while the endpoint is disabled, and has no alarm on that then', () => {
    const graphOf = (enabled: boolean) =>
      planOf(inputOf({ endpoint: { enabled, response: { disabledStatusCode: 410 } } }));
    const answersOf = (enabled: boolean) => {
      const { environment } = desiredOf(graphOf(enabled), 'Function', 'pre-queue') as {
        environment: Record<string, string>;
      };
      return JSON.parse(environment[PRE_QUEUE_ENV.response] ?? '');
    };
    expect(answersOf(false)).toMatchObject({ disabledStatusCode: 410, unavailableStatusCode: 503 });
    expect(answersOf(true)).not.toHaveProperty('disabledStatusCode');
    expect([true, false].map((enabled) => has(graphOf(enabled), 'Alarm', 'gateway-errors'))).toEqual([
      true,
      false,
    ]);
  });

  test('tells a function how a sender signs, and its public keys where secrets are', () => {
    const publicKey = { header: 'X-Sig', algorithm: 'ed25519' as const, keys: [{ value: 'a' }] };
    const input = inputOf({ source: { type: 'PublicKey', publicKey } }, undefined, {
      secrets: { signing: [{ value: 'a', from: 'spec.source.publicKey.keys[0]' }] },
    });
    const { environment } = desiredOf(planOf(input), 'Function', 'pre-queue') as {
      environment: Record<string, string>;
    };
    const told = JSON.parse(environment[PRE_QUEUE_ENV.source] ?? '');
    expect(told.publicKey).toMatchObject({ header: 'X-Sig', algorithm: 'ed25519', encoding: 'base64' });
    expect(told.publicKey).not.toHaveProperty('keys');
    expect(environment[PRE_QUEUE_ENV.secrets]).toBe('["a"]');
    expect(desiredOf(planOf(input), 'Alias', 'pre-queue')).toMatchObject({
      secretNames: ['spec.source.publicKey.keys[0]'],
    });
  });

  test('tells a function where own code is, and the alias what to call it', () => {
    const { functions } = inputOf({});
    const graph = planOf(
      inputOf({}, undefined, {
        functions: {
          ...functions,
          postQueue: { codeSha256: 'sha-own', ownCode: 'key "a" of ConfigMap "b"', environment: { A: '1' } },
        },
      }),
    );
    expect(desiredOf(graph, 'Function', 'post-queue')).toMatchObject({
      codeSha256: 'sha-own',
      environment: { A: '1', [OWN_CODE_ENV]: OWN_CODE_FILE },
    });
    expect(desiredOf(graph, 'Alias', 'post-queue')).toMatchObject({ ownCode: 'key "a" of ConfigMap "b"' });
    expect(desiredOf(graph, 'Function', 'pre-queue').environment).not.toHaveProperty(OWN_CODE_ENV);
    expect(desiredOf(graph, 'Alias', 'pre-queue')).not.toHaveProperty('ownCode');
    // A version that is refused keeps nothing else from its work, pausing the queue for one.
    for (const id of ['pre-queue', 'post-queue']) expect(nodeOf(graph, 'Alias', id).standing).toBe(true);
  });

  test('lets no variable of the user stand for one of the operator', () => {
    const environment = { [PRE_QUEUE_ENV.secrets]: '[]', [POST_QUEUE_ENV.storeUri]: 'mine' };
    const graph = planOf(
      inputOf({
        source: { type: 'GitHub', secretRefs: [{ name: 's', key: 'k' }] },
        preQueue: { environment },
        postQueue: { environment },
        store: { external: { uriSecretRef: { name: 's', key: 'uri' } } },
      }),
    );
    const variables = (id: string) => nodeOf(graph, 'Function', id).desired as { environment: object };
    expect(variables('pre-queue').environment).toMatchObject({
      [PRE_QUEUE_ENV.secrets]: JSON.stringify([SIGNING_SECRET]),
    });
    expect(variables('post-queue').environment).toMatchObject({ [POST_QUEUE_ENV.storeUri]: STORE_URI });
  });
});

/** AWS's own bounds: Lambda, IAM, SQS, CloudWatch, EC2 and SSM quotas and naming rules. */
const NAMES: Partial<Record<KindName, RegExp>> = {
  Alarm: /^[\x20-\x7e]{1,255}$/,
  Function: /^[a-zA-Z0-9_-]{1,64}$/,
  InstanceProfile: /^[\w+=,.@-]{1,128}$/,
  LogGroup: /^[\w./#-]{1,512}$/,
  Parameter: /^\/[\w./-]{1,1010}$/,
  Queue: /^[\w-]{1,80}$/,
  Role: /^[\w+=,.@-]{1,64}$/,
  SecurityGroup: /^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
};
const DESCRIPTIONS: Partial<Record<KindName, RegExp>> = {
  Alarm: /^.{0,1024}$/,
  Function: /^.{0,256}$/,
  Parameter: /^.{0,1024}$/,
  SecurityGroup: /^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
};

describe('what a pipeline has in AWS', () => {
  const texts = (graph: Graph, field: string) =>
    graph.flatMap(({ kind, id, desired }) => {
      const text: unknown = (desired as Record<string, unknown>)[field];
      return typeof text === 'string' ? [{ kind, id, text }] : [];
    });

  test('has names and descriptions that AWS takes, however long and odd namespace and name are', () => {
    always((graph) => {
      const names = texts(graph, 'name').filter(({ kind }) => kind !== 'Alias');
      expect(names.length).toBeGreaterThanOrEqual(8);
      expect(names.filter(({ kind, text }) => !NAMES[kind]?.test(text))).toEqual([]);
      expect(texts(graph, 'description').filter(({ kind, text }) => !DESCRIPTIONS[kind]?.test(text))).toEqual(
        [],
      );
      expect(
        texts(graph, 'path').filter(({ text }) => !/^\/([\w+=,.@-]+\/)*$/.test(text) || text.length > 512),
      ).toEqual([]);
    });
  });

  test('has names that begin with the prefix by which its owner finds it', () => {
    always((graph, { owner }) => {
      const own = texts(graph, 'name').filter(({ kind }) => kind !== 'Alias');
      expect(
        own.filter(({ text }) => !text.includes(`${owner.prefix}-`) && !text.includes(owner.path)),
      ).toEqual([]);
    });
  });

  test('has tags within AWS’s bounds', () => {
    always((graph, { owner }) => {
      const tags = {
        ...owner.identity,
        ...owner.tags,
        ...Object.assign({}, ...graph.map(({ tags }) => tags ?? {})),
      };
      const values = Object.values(tags).filter((value) => typeof value === 'string');
      expect(values.filter((value) => !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value))).toEqual([]);
    });
  });
});

describe('rights', () => {
  const statementsOf = (graph: Graph) =>
    graph.flatMap((node) => {
      if (node.kind !== 'Role') return [];
      const { statements } = node.desired as unknown as { statements: PolicyStatement[] };
      return statements.map((statement) => ({ role: node.id, ...statement }));
    });

  test('name their resources, but for network interfaces, for which AWS knows none', () => {
    always((graph) => {
      const wide = statementsOf(graph).filter(
        ({ Effect, Resource, Action }) =>
          Effect === 'Allow' && (Resource === '*' || [Action].flat().some((action) => action.includes('*'))),
      );
      const actions = wide.flatMap(({ Action }) => Action);
      expect(
        actions.filter((action) => !/^ec2:.*(NetworkInterface|Subnets|PrivateIpAddresses)/.test(action)),
      ).toEqual([]);
      expect(wide.every(({ role }) => role === 'post-queue')).toBe(true);
    });
  });

  test('to interfaces are there exactly for a function in a VPC, and denied to the code in it', () => {
    always((graph, { network }) => {
      const of = (effect: string) =>
        statementsOf(graph).filter(({ Effect, Resource }) => Effect === effect && Resource === '*');
      expect(of('Allow')).toHaveLength(network ? 1 : 0);
      expect(of('Deny').map(({ Action }) => Action)).toEqual(of('Allow').map(({ Action }) => Action));
    });
  });

  test('do not let a function make its log group again, without retention', () => {
    always((graph) => expect(JSON.stringify(statementsOf(graph))).not.toContain('CreateLogGroup'));
  });

  test('stay within the boundary that the operator is given', () => {
    always((graph, { settings }) => {
      for (const { kind, desired } of graph) {
        if (kind === 'Role') expect(desired).toMatchObject({ boundaryArn: settings.permissionsBoundaryArn });
      }
    });
  });
});

describe('the queue', () => {
  const visibility = (graph: Graph) => nodeOf(graph, 'Queue', 'queue').desired;

  test('shows an event again after six times the function’s timeout', () => {
    expect(visibility(planOf(inputOf({ postQueue: { timeoutSeconds: 100 } })))).toMatchObject({
      visibilityTimeoutSeconds: 600,
    });
  });

  test('shows it again when the spec says', () => {
    const graph = planOf(inputOf({ queue: { visibilityTimeoutSeconds: 77 } }));
    expect(visibility(graph)).toMatchObject({ visibilityTimeoutSeconds: 77 });
  });

  test('is never hidden for less than the function runs, which Lambda refuses', () => {
    always((graph, { spec }) => {
      const { visibilityTimeoutSeconds } = visibility(graph) as { visibilityTimeoutSeconds: number };
      expect(visibilityTimeoutSeconds).toBeGreaterThanOrEqual(spec.postQueue.timeoutSeconds);
      expect(visibilityTimeoutSeconds).toBeLessThanOrEqual(43_200);
    });
  });

  test.each([true, false])('is read: %s, as the state of the store says', (consuming) => {
    const graph = planOf(inputOf({}, undefined, { consuming }));
    expect(nodeOf(graph, 'EventSourceMapping', 'mapping').desired).toMatchObject({ enabled: consuming });
  });
});

describe('the queue of a pipeline whose store', () => {
  const graph = (more: Partial<PlanInput>) =>
    planOf(inputOf({ queue: { retentionSeconds: 3600 } }, undefined, more));

  test('is away keeps events as long as SQS does, and what comes to the dead letters is due to go back', () => {
    const away = graph({ consuming: false, retention: 'longest', redrives: true });
    expect(desiredOf(away, 'Queue', 'queue')).toMatchObject({ retentionSeconds: 'longest' });
    expect(nodeOf(away, 'Queue', 'dlq').tags).toEqual({ 'nami.dev/redrive': 'due' });
  });

  test('is back keeps what has gathered, and when that is read as the spec says', () => {
    const kept = graph({ consuming: true, retention: 'kept' });
    expect(desiredOf(kept, 'Queue', 'queue')).toMatchObject({ retentionSeconds: 3600, mayKeepLonger: true });
    expect(nodeOf(kept, 'Queue', 'dlq')).not.toHaveProperty('tags');
    const spec = graph({ consuming: true, retention: 'spec' });
    expect(desiredOf(spec, 'Queue', 'queue')).not.toHaveProperty('mayKeepLonger');
  });

  test('is not known is left as it is found', () => {
    const unknown = graph({ consuming: undefined });
    expect(desiredOf(unknown, 'EventSourceMapping', 'mapping')).not.toHaveProperty('enabled');
    expect(nodeOf(unknown, 'Queue', 'dlq')).not.toHaveProperty('tags');
  });
});

describe('the store', () => {
  const MANAGED: [KindName, string][] = [
    ['Instance', 'host'],
    ['Volume', 'data'],
    ['VolumeAttachment', 'data'],
    ['Parameter', 'store-password'],
    ['Parameter', 'store-authority'],
    ['InstanceProfile', 'host'],
    ['Role', 'host'],
    ['SecurityGroup', 'host'],
    ['SecurityGroup', 'post-queue'],
    ['Alarm', 'host-status'],
    ['Alarm', 'volume-used'],
  ];
  const EXTERNAL = { store: { external: { uriSecretRef: { name: 's', key: 'k' } } } };

  test('that is managed has a host with all that belongs to it; an external one nothing of the kind', () => {
    const [managed, external] = [planOf(inputOf({})), planOf(inputOf(EXTERNAL))];
    expect(MANAGED.filter(([kind, id]) => !has(managed, kind, id))).toEqual([]);
    expect(MANAGED.filter(([kind, id]) => has(external, kind, id))).toEqual([]);
  });

  test('has its password before its volume, lest a crash in between looks like a lost one', () => {
    const graph = planOf(inputOf({}, undefined, { known: { volumeId: 'vol-1' } }));
    expect(nodeOf(graph, 'Volume', 'data').after).toEqual(['Parameter/store-password']);
    expect(desiredOf(graph, 'Parameter', 'store-password')).toMatchObject({
      volume: { expectedId: 'vol-1' },
      functionName: expect.stringMatching(/-post-queue$/),
    });
    // What the function has is not overwritten while the password is not there.
    expect(dependenciesOf(nodeOf(graph, 'Function', 'post-queue'))).toContain('Parameter/store-password');
  });

  test('that is managed is reached by TLS where its host speaks it, with its own authority', () => {
    const graph = planOf(inputOf({}));
    const { environment } = desiredOf(graph, 'Function', 'post-queue') as {
      environment: Readonly<Record<string, { $join?: unknown[] }>>;
    };
    expect(environment[POST_QUEUE_ENV.storeUri]?.$join?.slice(-2)).toEqual([
      expect.stringMatching(/&tls=$/),
      { $ref: 'Instance/host', field: 'tls' },
    ]);
    expect(environment[POST_QUEUE_ENV.storeAuthority]).toEqual({
      $ref: 'Parameter/store-authority',
      field: 'certificate',
    });
    expect(dependenciesOf(nodeOf(graph, 'Instance', 'host'))).toContain('Parameter/store-authority');
    // It is worth nothing without its store, and makes no trouble where it is lost.
    expect(nodeOf(graph, 'Parameter', 'store-authority')).not.toHaveProperty('tags');
  });

  test('that is managed is on the volume and the host that are known, until they are given up', () => {
    const graph = planOf(
      inputOf({}, undefined, {
        known: { volumeId: 'vol-1', hostId: 'i-1' },
        givenUpVolumeId: 'vol-1',
      }),
    );
    expect(desiredOf(graph, 'Volume', 'data')).toMatchObject({ expectedId: 'vol-1', givenUpId: 'vol-1' });
    expect(desiredOf(graph, 'Instance', 'host')).toMatchObject({
      expectedId: 'i-1',
      mongoImage: expect.stringContaining('mongo:'),
      zone: { $ref: 'Volume/data', field: 'zone' },
    });
    // What can't be replaced or grown now serves as it is.
    for (const kind of ['Volume', 'Instance'] as const) {
      expect(graph.find((node) => node.kind === kind)?.standing).toBe(true);
    }
  });

  test('that is external leaves the function outside any VPC, unless a network is named', () => {
    const { network } = FULL_SPEC;
    const outside = nodeOf(planOf(inputOf(EXTERNAL)), 'Function', 'post-queue').desired;
    const inside = nodeOf(planOf(inputOf({ ...EXTERNAL, network })), 'Function', 'post-queue').desired;
    expect(outside).toMatchObject({ subnetIds: [], securityGroupIds: [] });
    expect(inside).toMatchObject({ subnetIds: network.subnetIds });
  });

  test('is all that its function reaches in the shared network; in one of the user’s own it reaches what that does', () => {
    const egress = (spec: object, id: string) => desiredOf(planOf(inputOf(spec)), 'SecurityGroup', id).egress;
    expect(egress({}, 'post-queue')).toEqual([27_017]);
    expect(egress({ network: FULL_SPEC.network }, 'post-queue')).toBe('everywhere');
    expect(egress({}, 'host')).toBe('everywhere');
  });

  test('tells what its user asks for from the defaults, and hands on which host is to be replaced', () => {
    const hostOf = (managed: object, more: Partial<PlanInput> = {}) =>
      desiredOf(planOf(inputOf({ store: { managed } }, undefined, more)), 'Instance', 'host');
    expect(hostOf({})).toMatchObject({
      cpuCredits: 'standard',
      defaults: ['instanceType', 'mongoImage', 'cpuCredits'],
    });
    expect(hostOf({ instanceType: 't3.small', cpuCredits: 'standard' }).defaults).toEqual(['mongoImage']);
    expect(hostOf({}).replaceId).toBe('');
    expect(hostOf({}, { replaceHostId: 'i-1' }).replaceId).toBe('i-1');
  });

  test('is reached by the function alone, on the database’s port', () => {
    expect(nodeOf(planOf(inputOf({})), 'SecurityGroup', 'host').desired).toMatchObject({
      ingress: [{ port: 27_017, fromGroupId: { $ref: 'SecurityGroup/post-queue', field: 'id' } }],
    });
  });

  test.each(['Retain', 'Delete', 'Snapshot'] as const)(
    'gives volume and password one fate: %s',
    (reclaimPolicy) => {
      const graph = planOf(inputOf({ store: { managed: { volume: { reclaimPolicy } } } }));
      const tags = { 'nami.dev/reclaim-policy': reclaimPolicy };
      const password = nodeOf(graph, 'Parameter', 'store-password');
      const credentials = { 'nami.dev/credentials': expect.stringContaining('/store-password') };
      expect(nodeOf(graph, 'Volume', 'data').tags).toEqual({ ...tags, ...credentials });
      expect(password.tags).toEqual(tags);
    },
  );
});

describe('wishes', () => {
  test('for concurrency set aside are there where asked for, and hold up nothing', () => {
    const graph = planOf(inputOf({ preQueue: { reservedConcurrency: 7 } }));
    expect(nodeOf(graph, 'ReservedConcurrency', 'pre-queue')).toMatchObject({
      optional: true,
      desired: { executions: 7 },
    });
    expect(has(graph, 'ReservedConcurrency', 'post-queue')).toBe(false);
  });

  test('for environments that are always ready go to the alias that senders reach, and hold up nothing', () => {
    const graph = planOf(inputOf({ preQueue: { provisionedConcurrency: 9 } }));
    expect(nodeOf(graph, 'ProvisionedConcurrency', 'pre-queue')).toMatchObject({
      optional: true,
      after: ['Alias/pre-queue'],
      desired: { alias: 'live', executions: 9 },
    });
    expect(has(planOf(inputOf({})), 'ProvisionedConcurrency', 'pre-queue')).toBe(false);
  });

  test('for no alarms are kept', () => {
    const graph = planOf(inputOf({ alarms: { enabled: false } }));
    expect(graph.filter(({ kind }) => kind === 'Alarm')).toEqual([]);
  });

  test('for topics go to every alarm', () => {
    const { snsTopicArns } = FULL_SPEC.alarms;
    const alarms = planOf(inputOf({ alarms: { snsTopicArns } })).filter(({ kind }) => kind === 'Alarm');
    expect(alarms.length).toBeGreaterThan(5);
    for (const { desired } of alarms) expect(desired).toMatchObject({ actions: snsTopicArns });
  });
});

test('the gateway may call the function from the route of this pipeline alone', () => {
  const graph = planOf(inputOf({ endpoint: { path: 'a' } }));
  expect(desiredOf(graph, 'Permission', 'gateway').sourceArn).toEqual({
    $join: [
      'arn:aws:execute-api:eu-central-1:123456789012:',
      { $ref: 'given/gateway', field: 'restApiId' },
      '/*/*/nami/a',
    ],
  });
});

test('the function before the queue gets the settings of its source, and the secrets apart from them', () => {
  const source = {
    type: 'HMAC' as const,
    secretRefs: [{ name: 'signing', key: 'key' }],
    hmac: { header: 'X-Signature', prefix: 'sha256=' },
    eventId: { header: 'X-Id' },
  };
  const { environment } = desiredOf(planOf(inputOf({ source })), 'Function', 'pre-queue') as {
    environment: Record<string, string>;
  };

  const settings = JSON.parse(environment.NAMI_SOURCE ?? '');
  expect(settings).toMatchObject({ type: 'HMAC', hmac: source.hmac, eventId: source.eventId });
  expect(settings).not.toHaveProperty('secretRefs');
  expect(JSON.parse(environment.NAMI_SECRETS ?? '')).toEqual([SIGNING_SECRET]);
});
