import { CreateQueueCommand, GetQueueUrlCommand, ListQueueTagsCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accountContents } from '../../local/account-contents.ts';
import { sendBurst } from '../../local/burst.ts';
import { type EmulatorClients, emulatorClients } from '../../local/emulator-clients.ts';
import { githubDeliveries } from '../../local/github-deliveries.ts';
import type { WebhookPipeline } from '../../src/api/v1alpha1.ts';
import { pipelineOwner, queueName } from '../../src/plan/identity.ts';
import { conditionOf, eventually, GITHUB } from '../user.ts';
import { System } from './system.ts';

let system: System;
let aws: EmulatorClients;

beforeAll(async () => {
  system = await System.start('trouble', { NAMI_LOOK_SECONDS: '2' });
  aws = emulatorClients(system.stack.emulators, 'us-east-1');
});
afterAll(async () => await system?.stop());
afterEach(() => {
  system.stack.proxy.clear();
  system.stack.proxy.behaviour.roleNotAssumableMilliseconds = 0;
});

async function remove(namespace: string, name: string): Promise<void> {
  await system.kubectl('-n', namespace, 'delete', `whp/${name}`, '--timeout=90s');
}

/** What of a kind there is, with `text` in its name. */
async function made(kind: string, text = ''): Promise<string[]> {
  const { pipelines, shared } = await accountContents(system.stack);
  return [...pipelines, ...shared].filter((object) => object.startsWith(`${kind} `) && object.includes(text));
}

const readyMessage = (pipeline: WebhookPipeline) => conditionOf(pipeline, 'Ready')?.message ?? '';

describe('a signing secret', () => {
  const badSecrets = [
    ['is not there', undefined, /^Secret "signing".*is not in namespace.*create it with key "key"$/],
    ['lacks the key', ['--from-literal=other=x'], /^Secret "signing" has no key "key".*it has "other"$/],
    ['is empty', ['--from-literal=key='], /^key "key" of Secret "signing" is empty/],
    [
      'ends in a newline',
      ['--from-literal=key=abc\n'],
      /^key "key" of Secret "signing" starts or ends in white/,
    ],
  ] as const;

  test.each(badSecrets)('that %s is named, and nothing is built', async (what, data, message) => {
    const namespace = `secret-${what.replaceAll(' ', '-')}`;
    await system.kubectl('create', 'namespace', namespace);
    if (data) await system.kubectl('-n', namespace, 'create', 'secret', 'generic', 'signing', ...data);

    await system.apply(namespace, namespace);
    const refused = await system.waitFor(namespace, namespace, 'Ready', 'False', 'SecretInvalid');

    expect(readyMessage(refused)).toMatch(message);
    expect(conditionOf(refused, 'Stalled')?.status).toBe('True');
    expect(await made('Function', namespace)).toEqual([]);
    await remove(namespace, namespace);
  });

  test('that can not be decoded is named, and takes effect as soon as it is mended', async () => {
    const { namespace } = await system.namespace('undecodable');
    await system.kubectl(
      '-n',
      namespace,
      'create',
      'secret',
      'generic',
      'std',
      '--from-literal=key=whsec_!!!',
    );
    const source = { type: 'StandardWebhooks', secretRefs: [{ name: 'std', key: 'key' }] };

    await system.apply(namespace, 'std', { source });
    const refused = await system.waitFor(namespace, 'std', 'FunctionsReady', 'False', 'SettingsInvalid');
    expect(conditionOf(refused, 'FunctionsReady')?.message).toContain('key "key" of Secret "std"');
    expect(readyMessage(refused)).not.toContain('whsec_!!!');

    const good = Buffer.from('a secret of the right kind').toString('base64');
    await system.kubectl(
      '-n',
      namespace,
      'patch',
      'secret',
      'std',
      '-p',
      `{"stringData":{"key":"whsec_${good}"}}`,
    );
    await system.waitReady(namespace, 'std');
    await remove(namespace, 'std');
  });
});

describe('AWS that refuses', () => {
  test('a right that is missing is named, and the pipeline goes on once it is granted', async () => {
    const { namespace } = await system.namespace('denied');
    const denied = system.stack.proxy.inject({
      service: 'lambda',
      action: 'CreateFunction',
      times: 1000,
      kind: 'error',
      status: 403,
      code: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::123456789012:assumed-role/nami/x is not authorized to perform: lambda:CreateFunction on resource: arn:aws:lambda:us-east-1:123456789012:function:f because no identity-based policy allows the action',
    });

    await system.apply(namespace, 'denied');
    const refused = await system.waitFor(namespace, 'denied', 'Ready', 'False', 'AccessDenied');
    expect(readyMessage(refused)).toContain('lacks the right lambda:CreateFunction');
    const table = await system.kubectl('-n', namespace, 'get', 'whp');
    expect(table).toContain('AccessDenied');

    denied.remove();
    await system.waitReady(namespace, 'denied', 90);
    await remove(namespace, 'denied');
  });

  test.each([
    ['reservedConcurrency', 'PutFunctionConcurrency', 'ReservedConcurrentExecutions', 'ReservationRefused'],
    [
      'provisionedConcurrency',
      'PutProvisionedConcurrencyConfig',
      'ConcurrentExecutions',
      'ProvisioningRefused',
    ],
  ])(
    'an account without room for %s: the pipeline works without it and says so',
    async (field, action, what, reason) => {
      const name = reason.toLowerCase();
      const { namespace } = await system.namespace(name);
      system.stack.proxy.inject({
        service: 'lambda',
        action,
        times: 1000,
        kind: 'error',
        status: 400,
        code: 'InvalidParameterValueException',
        message: `Specified ${what} for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].`,
      });

      await system.apply(namespace, name, { ...GITHUB, preQueue: { [field]: 95 } });
      await system.waitReady(namespace, name);
      const healthy = await system.waitFor(namespace, name, 'Healthy', 'False', reason);

      expect(conditionOf(healthy, 'Healthy')?.message).toContain(`lower ${field}`);
      await remove(namespace, name);
    },
  );

  test('no capacity for the instance type: the fallback types are tried in their order', async () => {
    const { namespace } = await system.namespace('capacity');
    system.stack.proxy.inject({
      service: 'ec2',
      action: 'RunInstances',
      // As often as the SDK tries a call that is answered 500.
      times: 3,
      kind: 'error',
      status: 500,
      code: 'InsufficientInstanceCapacity',
      message:
        'We currently do not have sufficient t3.micro capacity in the Availability Zone you requested.',
    });

    await system.apply(namespace, 'capacity', {
      ...GITHUB,
      store: { managed: { fallbackInstanceTypes: ['t3.small'] } },
    });
    const pipeline = await system.waitReady(namespace, 'capacity');

    const { DescribeInstancesCommand } = await import('@aws-sdk/client-ec2');
    const { Reservations } = await aws.ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [pipeline.status?.store?.host ?? ''] }),
    );
    expect(Reservations?.[0]?.Instances?.[0]?.InstanceType).toBe('t3.small');
    await remove(namespace, 'capacity');
  });

  test('a queue that exists and is not ours is neither changed nor removed', async () => {
    const { namespace } = await system.namespace('foreign');
    const cluster = JSON.parse(await system.kubectl('get', 'namespace', 'kube-system', '-o', 'json'));
    const identity = { cluster: cluster.metadata.uid, namespace, name: 'foreign', uid: '', namespaceUid: '' };
    const QueueName = queueName(pipelineOwner(identity, '/nami/'));
    await aws.sqs.send(new CreateQueueCommand({ QueueName, tags: { owner: 'someone else' } }));

    await system.apply(namespace, 'foreign');
    const refused = await system.waitFor(namespace, 'foreign', 'QueueReady', 'False', 'NotOurs');
    expect(conditionOf(refused, 'QueueReady')?.message).toContain('nami.dev/adoptable-by=');
    await remove(namespace, 'foreign');

    const { QueueUrl } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName }));
    const { Tags } = await aws.sqs.send(new ListQueueTagsCommand({ QueueUrl }));
    expect(Tags).toEqual({ owner: 'someone else' });
  });
});

describe('one pipeline whose route can not be made', () => {
  test('keeps no other from being deployed, and is deployed itself once it can be', async () => {
    const bad = await system.namespace('bad-route');
    const good = await system.namespace('good-route');
    const fault = system.stack.proxy.inject({
      service: 'apigateway',
      action: 'PutIntegration',
      match: ({ body }) => body.includes('nami-bad-route-'),
      times: 1000,
      kind: 'error',
      status: 400,
      code: 'BadRequestException',
      message: 'Invalid ARN specified in the request',
    });

    await system.apply(bad.namespace, 'bad-route');
    const refused = await system.waitFor(bad.namespace, 'bad-route', 'GatewayReady', 'False', 'AWSError');
    expect(conditionOf(refused, 'GatewayReady')?.message).toContain('Invalid ARN');
    await system.apply(good.namespace, 'good-route');
    const pipeline = await system.waitReady(good.namespace, 'good-route');
    const [answer] = await sendBurst(
      pipeline.status?.endpoint?.url ?? '',
      githubDeliveries(good.secret).slice(0, 1),
      1,
    );
    expect(answer?.status).toBe(200);

    fault.remove();
    await system.waitReady(bad.namespace, 'bad-route', 90);
    await remove(bad.namespace, 'bad-route');
    await remove(good.namespace, 'good-route');
  });
});

describe('AWS that lags behind', () => {
  test('a new role that IAM and Lambda do not know yet is waited for, without a word of failure', async () => {
    const { namespace } = await system.namespace('roles');
    system.stack.proxy.behaviour.roleNotAssumableMilliseconds = 4000;
    const unknown = ['PutRolePolicy', 'AddRoleToInstanceProfile'].map((action) =>
      system.stack.proxy.inject({
        service: 'iam',
        action,
        kind: 'error',
        status: 404,
        code: 'NoSuchEntity',
        message: 'The role with the given name cannot be found.',
      }),
    );

    await system.apply(namespace, 'roles');
    await system.waitReady(namespace, 'roles', 90);

    const events = await system.kubectl('-n', namespace, 'get', 'events', '-o', 'jsonpath={.items[*].type}');
    expect(events).not.toContain('Warning');
    expect(unknown.map(({ used }) => used)).toEqual([1, 1]);
    await remove(namespace, 'roles');
  });

  test('the answer to each creation is lost: there is one such object all the same', async () => {
    const { namespace } = await system.namespace('lost-answers');
    const objects = {
      RunInstances: ['ec2', 'Instance', 1],
      CreateVolume: ['ec2', 'Volume', 1],
      CreateSecurityGroup: ['ec2', 'SecurityGroup', 2],
      CreateQueue: ['sqs', 'Queue', 2],
      CreateFunction: ['lambda', 'Function', 2],
      CreateEventSourceMapping: ['lambda', 'EventSourceMapping', 1],
      CreateRole: ['iam', 'Role', 3],
    } as const;
    const before = Object.fromEntries(
      await Promise.all(Object.values(objects).map(async ([, kind]) => [kind, await made(kind)] as const)),
    );
    const lost = Object.entries(objects).map(([action, [service]]) =>
      system.stack.proxy.inject({ service, action, times: 1, kind: 'dropResponse' }),
    );

    await system.apply(namespace, 'lost-answers');
    await system.waitReady(namespace, 'lost-answers', 240);

    expect(lost.map(({ used }) => used)).toEqual(lost.map(() => 1));
    for (const [, kind, count] of Object.values(objects)) {
      const news = (await made(kind)).filter((object) => !before[kind]?.includes(object));
      expect(news, kind).toHaveLength(count);
    }
    await remove(namespace, 'lost-answers');
  });

  test('a security group still in use and a queue name not free yet only take time', async () => {
    const { namespace } = await system.namespace('in-use');
    await system.apply(namespace, 'in-use');
    await system.waitReady(namespace, 'in-use');
    const inUse = system.stack.proxy.inject({
      service: 'ec2',
      action: 'DeleteSecurityGroup',
      times: 2,
      kind: 'error',
      status: 400,
      code: 'DependencyViolation',
      message: 'resource sg-1 has a dependent object',
    });

    await remove(namespace, 'in-use');

    expect(inUse.used).toBe(2);
    expect(await made('SecurityGroup')).toEqual([]);
    expect(await made('Role')).toEqual([]);
  });
});

describe('an operator that is killed', () => {
  test('between any two calls makes nothing twice and leaves nothing behind', async () => {
    const { namespace } = await system.namespace('killed');
    await system.apply(namespace, 'killed');
    for (const action of ['CreateQueue', 'CreateRole', 'RunInstances', 'CreateFunction', 'CreateAlias']) {
      await eventually(`${action} was called`, async () =>
        system.stack.proxy.calls.some((call) => call.action === action),
      );
      await system.crashOperator();
    }
    await system.waitReady(namespace, 'killed', 90);

    const { pipelines } = await accountContents(system.stack);
    const counts = Object.groupBy(
      pipelines.filter((object) => object.startsWith('Function') || object.startsWith('Queue')),
      (object) => object.split(' ')[0] ?? '',
    );
    expect(counts.Function).toHaveLength(2);
    expect(await made('Instance')).toHaveLength(1);
    expect(await made('RestApi')).toHaveLength(1);
    expect(await made('Vpc')).toHaveLength(1);

    await system.kubectl('-n', namespace, 'delete', 'whp/killed', '--wait=false');
    await eventually('the deletion has begun', async () =>
      system.stack.proxy.calls.some(({ action }) => action === 'DeleteFunction'),
    );
    await system.crashOperator();
    await eventually('it is gone', async () => {
      const left = await system.kubectl('-n', namespace, 'get', 'whp', '-o', 'name');
      return left === '';
    });
    expect(await made('Function')).toEqual([]);
    expect(await made('Instance')).toEqual([]);
  });
});
