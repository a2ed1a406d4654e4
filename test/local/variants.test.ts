import { randomUUID } from 'node:crypto';
import { APIGatewayClient, GetRestApisCommand, GetStageCommand } from '@aws-sdk/client-api-gateway';
import {
  CreateSnapshotCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteSnapshotCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2';
import {
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
} from '@aws-sdk/client-lambda';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { MongoClient } from 'mongodb';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountContents } from '../../local/account-contents.ts';
import { type EmulatorClients, emulatorClients } from '../../local/emulator-clients.ts';
import { startOperator } from '../../local/operator.ts';
import { conditionOf, eventually, GITHUB, objectId } from '../user.ts';
import { System } from './system.ts';

let system: System;
let aws: EmulatorClients;
/** A MongoDB of the user's own. */
let storeUri: string;

beforeAll(async () => {
  system = await System.start('variants', { NAMI_LOOK_SECONDS: '2' });
  aws = emulatorClients(system.stack.emulators, 'us-east-1');
  storeUri = await system.startOwnDatabase();
});
afterAll(async () => await system?.stop());

/** The user's own MongoDB as a spec names it, with its Secret in the namespace. */
async function externalStore(namespace: string): Promise<object> {
  const [name, key] = ['mongo', 'uri'];
  await system.kubectl(
    ...['-n', namespace, 'create', 'secret', 'generic', name, `--from-literal=${key}=${storeUri}`],
  );
  return { uriSecretRef: { name, key } };
}

const kindsOf = async () =>
  (await accountContents(system.stack)).pipelines.map((object) => object.split(' ')[0]);

test('Standard Webhooks into a MongoDB of the user’s own: no host, no VPC, each event once', async () => {
  const { namespace } = await system.namespace('external');
  const secret = `whsec_${Buffer.from(randomUUID()).toString('base64')}`;
  await system.kubectl(
    '-n',
    namespace,
    'create',
    'secret',
    'generic',
    'svix',
    `--from-literal=key=${secret}`,
  );
  const external = await externalStore(namespace);

  await system.apply(namespace, 'external', {
    source: { type: 'StandardWebhooks', secretRefs: [{ name: 'svix', key: 'key' }] },
    endpoint: { response: { statusCode: 202, contentType: 'text/plain', body: 'thanks' } },
    store: {
      external,
      database: 'own',
      collection: 'hooks',
    },
  });
  const pipeline = await system.waitReady(namespace, 'external');

  const webhook = new Webhook(secret);
  const body = '{"type":"user.created","data":{"id":1}}';
  const at = new Date();
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': webhook.sign('msg_1', at, body),
  };
  const url = pipeline.status?.endpoint?.url ?? '';
  const first = await fetch(url, { method: 'POST', headers, body });
  const again = await fetch(url, { method: 'POST', headers, body });
  const forged = await fetch(url, { method: 'POST', headers, body: body.replace('1', '2') });

  expect(first.status).toBe(202);
  expect(first.headers.get('content-type')).toContain('text/plain');
  expect(await first.text()).toBe('thanks');
  expect([again.status, forged.status]).toEqual([202, 401]);
  const client = await new MongoClient(storeUri).connect();
  const events = client.db('own').collection('hooks');
  const document = await eventually('it is stored with both deliveries', () =>
    events.findOne({ 'deliveries.1': { $exists: true } }).then((found) => found ?? undefined),
  );
  expect(document).toMatchObject({ _id: 'StandardWebhooks:msg_1', payload: { type: 'user.created' } });
  expect(await events.countDocuments()).toBe(1);
  await client.close();

  const kinds = await kindsOf();
  expect(kinds).not.toContain('Instance');
  expect(kinds).not.toContain('SecurityGroup');
  expect((await accountContents(system.stack)).shared.map((object) => object.split(' ')[0])).toEqual([
    'RestApi',
  ]);
  await system.kubectl('-n', namespace, 'delete', 'whp/external', '--timeout=120s');
  expect(await kindsOf()).toEqual([]);
});

test('a managed store that is switched to an external one goes, but for its volume and credentials', async () => {
  const { namespace } = await system.namespace('switched');
  const external = await externalStore(namespace);
  await system.apply(namespace, 'switched');
  const managed = await system.waitReady(namespace, 'switched');
  expect(managed.status?.store?.host).toBeDefined();

  await system.apply(namespace, 'switched', { ...GITHUB, store: { external } });
  const switched = await system.waitReady(namespace, 'switched', 90);

  expect(switched.status?.store?.host).toBeUndefined();
  await eventually('the host is gone', async () => !(await kindsOf()).includes('Instance'));
  await eventually('its groups are gone', async () => !(await kindsOf()).includes('SecurityGroup'));
  const kinds = await kindsOf();
  expect(kinds.filter((kind) => kind === 'Volume')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'Parameter')).toHaveLength(1);
  await system.kubectl('-n', namespace, 'delete', 'whp/switched', '--timeout=120s');
});

test('a store begins with the snapshot of another that is handed over to it, and with its credentials', async () => {
  const { namespace } = await system.namespace('restored');
  await system.apply(namespace, 'source');
  const volumeOf = async (name: string) => {
    const { status } = await system.waitReady(namespace, name);
    const VolumeIds = [status?.store?.volumeId ?? ''];
    const { Volumes: [volume] = [] } = await aws.ec2.send(new DescribeVolumesCommand({ VolumeIds }));
    return { ...volume, tag: (key: string) => volume?.Tags?.find(({ Key }) => Key === key)?.Value };
  };
  const source = await volumeOf('source');
  const Tags = source.Tags?.filter(({ Key }) => Key !== 'nami.dev/object');
  const snapshot = await aws.ec2.send(
    new CreateSnapshotCommand({
      VolumeId: source.VolumeId,
      TagSpecifications: [{ ResourceType: 'snapshot', Tags }],
    }),
  );
  const snapshotId = snapshot.SnapshotId ?? '';
  await system.apply(namespace, 'restored', { ...GITHUB, store: { managed: { volume: { snapshotId } } } });
  const refused = await system.waitFor(namespace, 'restored', 'StoreReady', 'False', 'NotOurs');
  const words = conditionOf(refused, 'StoreReady')?.message ?? '';
  const [, Value = ''] = /Key=nami\.dev\/adoptable-by,Value=([^\s;]+)/.exec(words) ?? [];
  expect(Value).toContain(`/${namespace}/restored`);
  await aws.ec2.send(
    new CreateTagsCommand({ Resources: [snapshotId], Tags: [{ Key: 'nami.dev/adoptable-by', Value }] }),
  );

  const restored = await volumeOf('restored');

  expect(restored.SnapshotId).toBe(snapshotId);
  expect(restored.tag('nami.dev/made-from')).toBe(source.VolumeId);
  const [theirs, own] = await Promise.all(
    [source, restored].map(async ({ tag }) => {
      const Name = tag('nami.dev/credentials') ?? '';
      const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
      return { name: Name, value: Parameter?.Value };
    }),
  );
  expect(own?.value).toBe(theirs?.value);
  expect(own?.name).not.toBe(theirs?.name);
  for (const name of ['source', 'restored'])
    await system.kubectl('-n', namespace, 'delete', `whp/${name}`, '--timeout=120s');
  await aws.ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
});

test('a network of the user’s own is used as it is, closed but for the function', async () => {
  const { namespace } = await system.namespace('network');
  const cidr = system.stack.environment.NAMI_NETWORK_CIDR ?? '';
  const { Vpc } = await aws.ec2.send(new CreateVpcCommand({ CidrBlock: cidr }));
  const { Subnet } = await aws.ec2.send(
    new CreateSubnetCommand({
      VpcId: Vpc?.VpcId,
      CidrBlock: cidr.replace('0.0/16', '64.0/20'),
      AvailabilityZone: 'us-east-1b',
    }),
  );

  await system.apply(namespace, 'network', {
    ...GITHUB,
    network: { vpcId: Vpc?.VpcId, subnetIds: [Subnet?.SubnetId] },
    store: { managed: { volume: { reclaimPolicy: 'Delete' } } },
  });
  const pipeline = await system.waitReady(namespace, 'network');

  const { Reservations } = await aws.ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [pipeline.status?.store?.host ?? ''] }),
  );
  const host = Reservations?.[0]?.Instances?.[0];
  expect(host?.SubnetId).toBe(Subnet?.SubnetId);
  expect(host?.MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
  const id = (kind: string, name: string) => objectId(pipeline, kind, name);
  const { SecurityGroups } = await aws.ec2.send(
    new DescribeSecurityGroupsCommand({ GroupIds: [id('SecurityGroup', 'host')] }),
  );
  expect(SecurityGroups?.[0]?.IpPermissions).toEqual([
    expect.objectContaining({
      IpProtocol: 'tcp',
      FromPort: 27017,
      ToPort: 27017,
      IpRanges: [],
      UserIdGroupPairs: [expect.objectContaining({ GroupId: id('SecurityGroup', 'post-queue') })],
    }),
  ]);
  const postQueue = await aws.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: id('Function', 'post-queue') }),
  );
  expect(postQueue.VpcConfig?.SubnetIds).toEqual([Subnet?.SubnetId]);
  const preQueue = await aws.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: id('Function', 'pre-queue') }),
  );
  expect(preQueue.VpcConfig?.SubnetIds ?? []).toEqual([]);
  const before = await kindsOf();
  await system.kubectl('-n', namespace, 'delete', 'whp/network', '--timeout=120s');
  const after = await kindsOf();
  const volumes = (kinds: readonly (string | undefined)[]) =>
    kinds.filter((kind) => kind === 'Volume').length;
  expect(volumes(before) - volumes(after), 'its volume went with it, as it asked').toBe(1);
});

test('a throttle of an endpoint reaches the stage, and goes again', async () => {
  const { namespace } = await system.namespace('throttled');
  const store = { external: await externalStore(namespace) };
  const gateway = new APIGatewayClient({
    endpoint: system.stack.emulators.miniStackUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const bound = async () => {
    const { items } = await gateway.send(new GetRestApisCommand({}));
    const stage = await gateway.send(new GetStageCommand({ restApiId: items?.[0]?.id, stageName: 'live' }));
    const [, settings] =
      Object.entries(stage.methodSettings ?? {}).find(([key]) => /throttled/.test(key)) ?? [];
    return settings?.throttlingRateLimit;
  };

  await system.apply(namespace, 'throttled', {
    ...GITHUB,
    store,
    endpoint: { throttle: { rateLimit: 50, burstLimit: 20 } },
  });
  await system.waitReady(namespace, 'throttled');
  await eventually('the bound is set', async () => (await bound()) === 50);

  await system.apply(namespace, 'throttled', { ...GITHUB, store, endpoint: { throttle: null } });
  await eventually('the bound is gone', async () => (await bound()) !== 50);
  await system.kubectl('-n', namespace, 'delete', 'whp/throttled', '--timeout=120s');
});

test('provisioned concurrency is waited for, moves with the alias, and goes when it is no longer asked for', async () => {
  const { namespace } = await system.namespace('provisioned');
  const store = { external: await externalStore(namespace) };
  const { behaviour } = system.stack.proxy;
  const apply = (preQueue: object) => system.apply(namespace, 'provisioned', { ...GITHUB, store, preQueue });
  const state = async () => {
    const { status } = await system.get(namespace, 'provisioned');
    return status?.objects?.find(({ kind }) => kind === 'ProvisionedConcurrency');
  };
  const provisioned = async (functionName: string | undefined) =>
    await aws.lambda
      .send(new GetProvisionedConcurrencyConfigCommand({ FunctionName: functionName, Qualifier: 'live' }))
      .catch(({ name }: Error) => name);
  behaviour.provisioningMilliseconds = 6000;

  await apply({ provisionedConcurrency: 3 });
  const built = await system.waitReady(namespace, 'provisioned');
  expect(await state(), 'the pipeline works without it').toMatchObject({ state: 'Pending' });
  await eventually('it is there', async () => (await state())?.state === 'Ready');
  const functionName = (await state())?.id?.split(':')[0];
  expect(await provisioned(functionName)).toMatchObject({ RequestedProvisionedConcurrentExecutions: 3 });

  await apply({ provisionedConcurrency: 4, memoryMiB: 512 });
  const moving = await system.waitFor(namespace, 'provisioned', 'Ready', 'False', 'Progressing');
  expect(moving.status?.endpoint?.url).toBe(built.status?.endpoint?.url);
  await eventually('the alias moves', async () => {
    const message = conditionOf(await system.get(namespace, 'provisioned'), 'FunctionsReady')?.message;
    return message?.includes('the version before takes the traffic');
  });
  const moved = await system.waitReady(namespace, 'provisioned');
  await eventually('the other number is there', async () => (await state())?.state === 'Ready');
  expect(await provisioned(functionName)).toMatchObject({ RequestedProvisionedConcurrentExecutions: 4 });
  expect(moved.status?.endpoint?.url).toBe(built.status?.endpoint?.url);

  behaviour.provisioningMilliseconds = 0;
  await apply({ provisionedConcurrency: null, memoryMiB: 512 });
  await eventually('it is gone', async () => {
    return (await provisioned(functionName)) === 'ProvisionedConcurrencyConfigNotFoundException';
  });
  await system.waitReady(namespace, 'provisioned');
  expect(await state()).toBeUndefined();

  const events = await system.kubectl('-n', namespace, 'get', 'events', '-o', 'jsonpath={.items[*].type}');
  expect(events).not.toContain('Warning');
  await system.kubectl('-n', namespace, 'delete', 'whp/provisioned', '--timeout=120s');
});

describe('where shared objects go with the last pipeline', () => {
  test('nothing is left but a kept volume and its credentials', async () => {
    await system.operator.stop();
    system.operator = await startOperator(system.stack, { NAMI_DELETE_SHARED_OBJECTS: 'true' });
    const { namespace } = await system.namespace('last');
    await system.apply(namespace, 'last');
    await system.waitReady(namespace, 'last');

    await system.kubectl('-n', namespace, 'delete', 'whp/last', '--timeout=120s');

    await eventually('the shared objects are gone', async () => {
      const { shared } = await accountContents(system.stack);
      return shared.length === 0;
    });
    expect(new Set(await kindsOf())).toEqual(new Set(['Volume', 'Parameter']));
  });
});
