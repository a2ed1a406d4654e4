import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetResourcesCommand,
  PutIntegrationCommand,
  PutMethodCommand,
} from '@aws-sdk/client-api-gateway';
import {
  AttachVolumeCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVolumeCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { zipSync } from 'fflate';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ACCOUNT_ID } from '../../local/aws.ts';
import { LocalStackError } from '../../local/local-stack-error.ts';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'nami-stack-'));
let stack: LocalStack;
let settings: {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

beforeAll(async () => {
  stack = await startLocalStack({ folder: join(folder, 'shared') });
  settings = {
    endpoint: stack.environment.AWS_ENDPOINT_URL ?? '',
    region: stack.environment.AWS_REGION ?? '',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
});

afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => stack.proxy.clear());

test('kubectl reaches a ready API server with the kubeconfig of the stack', async () => {
  const { stdout } = await run(stack.kubectl, ['get', '--raw', '/readyz'], {
    env: { KUBECONFIG: stack.kubeconfig },
  });
  expect(stdout).toBe('ok');
});

test('both emulators play the same account', async () => {
  const { Account } = await new STSClient(settings).send(new GetCallerIdentityCommand({}));
  const { Role } = await new IAMClient(settings).send(
    new CreateRoleCommand({ RoleName: 'same-account', AssumeRolePolicyDocument: '{}' }),
  );
  expect(Account).toBe(ACCOUNT_ID);
  expect(Role?.Arn).toBe(`arn:aws:iam::${ACCOUNT_ID}:role/same-account`);
});

test("a delivery goes through gateway, function and queue, and the proxy records AWS's part of it", async () => {
  const sqs = new SQSClient(settings);
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'round-trip' }));
  const path = await deployFunction('round-trip', QueueUrl);
  const [api, stage] = path;
  const template = stack.environment.NAMI_ENDPOINT_URL_TEMPLATE ?? '';
  const url = template.replace('{api}', api).replace('{stage}', stage).replace('{path}', 'round-trip');
  stack.proxy.clear();

  const answer = await fetch(url, { method: 'POST', body: 'hello' });
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));

  expect(answer.status).toBe(200);
  expect(Messages.map(({ Body }) => Body)).toEqual(['hello']);
  const calls = stack.proxy.calls.map(({ service, action, status }) => ({ service, action, status }));
  expect(calls).toEqual([
    { service: 'sqs', action: 'SendMessage', status: 200 },
    { service: 'sqs', action: 'ReceiveMessage', status: 200 },
  ]);
  expect(stack.proxy.mutatingCalls()).toEqual([]);
});

describe('a fault', () => {
  const sqs = () => new SQSClient({ ...settings, maxAttempts: 1 });

  test('arrives as the named exception, as often as asked for', async () => {
    const fault = stack.proxy.inject({
      service: 'sqs',
      action: 'CreateQueue',
      kind: 'error',
      status: 400,
      code: 'QueueDeletedRecently',
    });
    const create = () => sqs().send(new CreateQueueCommand({ QueueName: 'faulty' }));
    await expect(create()).rejects.toMatchObject({ name: 'QueueDeletedRecently' });
    await expect(create()).resolves.toMatchObject({ QueueUrl: expect.stringContaining('/faulty') });
    expect(fault.used).toBe(1);
    expect(stack.proxy.mutatingCalls().map(({ status }) => status)).toEqual([400, 200]);
  });

  test('can drop the answer of a call that has worked', async () => {
    stack.proxy.inject({ action: 'CreateQueue', kind: 'dropResponse' });
    await expect(sqs().send(new CreateQueueCommand({ QueueName: 'dropped' }))).rejects.toThrow();
    const QueueUrl = `${settings.endpoint}/${ACCOUNT_ID}/dropped`;
    await expect(sqs().send(new GetQueueAttributesCommand({ QueueUrl }))).resolves.toBeDefined();
  });

  test('can make AWS unreachable, for senders as well', async () => {
    stack.proxy.inject({ service: 'sqs', kind: 'unreachable' });
    stack.proxy.inject({ service: 'execute-api', kind: 'unreachable' });
    await expect(sqs().send(new CreateQueueCommand({ QueueName: 'unreachable' }))).rejects.toThrow();
    await expect(fetch(`${settings.endpoint}/restapis/a/live/_user_request_/nami/x`)).rejects.toThrow();
  });

  test('can delay chosen calls', async () => {
    const match = ({ body }: { body: Buffer }) => body.includes('slow');
    stack.proxy.inject({ action: 'CreateQueue', match, kind: 'delay', milliseconds: 300 });
    const milliseconds = async (QueueName: string) => {
      const begin = Date.now();
      await sqs().send(new CreateQueueCommand({ QueueName }));
      return Date.now() - begin;
    };
    expect(await milliseconds('quick')).toBeLessThan(300);
    expect(await milliseconds('slow')).toBeGreaterThanOrEqual(300);
  });
});

describe('hosts', () => {
  let ec2: EC2Client;
  let launch: Omit<RunInstancesCommandInput, 'ImageId'> & { ImageId: string };
  let subnetId: string;
  let vpcId: string;

  beforeAll(async () => {
    ec2 = new EC2Client({ ...settings, maxAttempts: 1 });
    const ssm = new SSMClient(settings);
    const name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64';
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }));
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: stack.environment.NAMI_NETWORK_CIDR }));
    vpcId = Vpc?.VpcId ?? '';
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId: vpcId,
        CidrBlock: `${address(0)}/24`,
        AvailabilityZone: 'us-east-1a',
      }),
    );
    subnetId = Subnet?.SubnetId ?? '';
    launch = {
      ImageId: Parameter?.Value ?? '',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: subnetId,
    };
  });

  /** An address of the stack's network. */
  const address = (last: number) =>
    (stack.environment.NAMI_NETWORK_CIDR ?? '').replace(/\.\d+\/\d+$/, `.${last}`);

  async function launchHost(volumeId: string, parameter: string, privateAddress: string, groupId: string) {
    const userData = `#!/bin/sh\nNAMI_VOLUME_ID=${volumeId}\nNAMI_CREDENTIALS_PARAMETER=${parameter}\n`;
    const { SubnetId: _, ...rest } = launch;
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ...rest,
        UserData: Buffer.from(userData).toString('base64'),
        NetworkInterfaces: [
          { DeviceIndex: 0, SubnetId: subnetId, Groups: [groupId], PrivateIpAddress: privateAddress },
        ],
      }),
    );
    const InstanceId = Instances[0]?.InstanceId ?? '';
    await ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId: volumeId, Device: '/dev/sdf' }));
    return InstanceId;
  }

  test("a volume's data outlives its host, whose security group is in use meanwhile", async () => {
    const password = 'p@ss/word';
    await new SSMClient(settings).send(
      new PutParameterCommand({ Name: '/nami/test/store', Type: 'SecureString', Value: password }),
    );
    const { GroupId = '' } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: 'host', Description: 'host', VpcId: vpcId }),
    );
    const { VolumeId = '' } = await ec2.send(
      new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 8, VolumeType: 'gp3' }),
    );

    const first = await launchHost(VolumeId, '/nami/test/store', address(20), GroupId);
    await withDatabase(address(20), password, (events) =>
      events.insertOne({ kept: true }, { writeConcern: { w: 'majority', journal: true } }),
    );
    await expect(withDatabase(address(20), 'wrong', (events) => events.findOne())).rejects.toThrow(/auth/i);
    await expect(ec2.send(new DeleteSecurityGroupCommand({ GroupId }))).rejects.toMatchObject({
      name: 'DependencyViolation',
    });

    await stack.hosts.kill(first);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }));
    await expect.poll(() => stack.hosts.running).toEqual([]);
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
    expect(Volumes[0]?.State).toBe('available');

    const second = await launchHost(VolumeId, '/nami/test/store', address(21), GroupId);
    const document = await withDatabase(address(21), password, (events) => events.findOne());
    expect(document).toMatchObject({ kept: true });

    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [second] }));
    await expect.poll(() => stack.hosts.running, { timeout: 10_000 }).toEqual([]);
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  });

  test('a client token launches once, and no more after termination', async () => {
    const token = { ...launch, ClientToken: 'once' };
    const ids = async (input: typeof token) =>
      (await ec2.send(new RunInstancesCommand(input))).Instances?.map(({ InstanceId }) => InstanceId ?? '') ??
      [];
    const [one, other] = await Promise.all([ids(token), ids(token)]);
    expect(other).toEqual(one);
    await expect(ids({ ...token, InstanceType: 't3.small' })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatch',
    });
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: one }));
    await expect(ids(token)).rejects.toMatchObject({ name: 'IdempotentInstanceTerminated' });
  });
});

describe('what the emulators lack', () => {
  const sqs = () => new SQSClient(settings);
  const attribute = async (QueueUrl: string, name: 'QueueArn' | 'ApproximateNumberOfMessages') =>
    (await sqs().send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }))).Attributes?.[
      name
    ] ?? '';

  test('a dead-letter queue is redriven to the queue that it belongs to', async () => {
    const { QueueUrl: letters = '' } = await sqs().send(new CreateQueueCommand({ QueueName: 'letters-dlq' }));
    const deadLetterTargetArn = await attribute(letters, 'QueueArn');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 5 });
    const { QueueUrl: main = '' } = await sqs().send(
      new CreateQueueCommand({ QueueName: 'letters', Attributes: { RedrivePolicy } }),
    );
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    for (const MessageBody of ['a', 'b', 'c']) {
      await sqs().send(new SendMessageCommand({ QueueUrl: letters, MessageBody, MessageAttributes }));
    }

    await sqs().send(new StartMessageMoveTaskCommand({ SourceArn: deadLetterTargetArn }));
    const task = async () =>
      (await sqs().send(new ListMessageMoveTasksCommand({ SourceArn: deadLetterTargetArn }))).Results?.[0];
    await expect.poll(task).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 });
    expect(await attribute(letters, 'ApproximateNumberOfMessages')).toBe('0');
    const { Messages = [] } = await sqs().send(
      new ReceiveMessageCommand({ QueueUrl: main, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    expect(Messages.map(({ Body }) => Body).sort()).toEqual(['a', 'b', 'c']);
    expect(Messages[0]?.MessageAttributes).toMatchObject(MessageAttributes);
    await expect(
      sqs().send(new StartMessageMoveTaskCommand({ SourceArn: `${deadLetterTargetArn}-none` })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test("a deleted queue's name is taken for a while, if asked for", async () => {
    const create = () => sqs().send(new CreateQueueCommand({ QueueName: 'again' }));
    const { QueueUrl } = await create();
    await sqs().send(new DeleteQueueCommand({ QueueUrl }));
    stack.proxy.behaviour.queueDeletedRecentlySeconds = 1;
    await expect(create()).rejects.toMatchObject({ name: 'QueueDeletedRecently' });
    await expect.poll(() => create(), { timeout: 3_000 }).toMatchObject({ QueueUrl });
    stack.proxy.behaviour.queueDeletedRecentlySeconds = 0;
  });

  test("a new role can't be assumed for a while, if asked for", async () => {
    stack.proxy.behaviour.roleNotAssumableMilliseconds = 500;
    await expect(deployFunction('fresh-role', 'none')).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining('cannot be assumed'),
    });
    stack.proxy.behaviour.roleNotAssumableMilliseconds = 0;
  });
});

test.skipIf(existsSync('/var/run/docker.sock'))(
  'containers without a Docker engine are one clear line',
  async () => {
    vi.stubEnv('NAMI_LOCAL_PROVIDER', 'containers');
    const start = startLocalStack({ folder: join(folder, 'containers') });
    await expect(start).rejects.toThrow(
      /^NAMI_LOCAL_PROVIDER=containers needs a Docker engine and none answers: /,
    );
    vi.unstubAllEnvs();
  },
);

test('a folder in which a stack runs is refused to another program', async () => {
  const module = JSON.stringify(join(import.meta.dirname, '../../local/processes.ts'));
  const program = `import { Processes } from ${module};
    await Processes.open(${JSON.stringify(stack.folder)}, () => {}).catch(({ message }) => console.log(message));`;
  const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '-e', program]);
  expect(stdout).toBe(
    `a local stack already runs in ${stack.folder}, started by process ${process.pid}: stop that first\n`,
  );
});

describe('nothing is left behind', () => {
  test('by a stack that was stopped', async () => {
    const own = join(folder, 'stopped');
    const other = await startLocalStack({ folder: own });
    const groups = processGroups(own);
    expect(groups.length).toBeGreaterThanOrEqual(4);
    await other.stop();
    expect(await living(groups)).toEqual([]);
  });

  test('by a start that fails half-way, which says why in one line', async () => {
    const assets = join(folder, 'assets');
    mkdirSync(assets);
    const broken = join(assets, 'kube-apiserver');
    writeFileSync(broken, '#!/bin/sh\nsleep 0.5\necho "error: this one is broken"\nexit 3\n');
    chmodSync(broken, 0o755);
    vi.stubEnv('KUBEBUILDER_ASSETS', assets);
    const own = join(folder, 'half-way');
    let groups: number[] = [];
    const watch = setInterval(() => {
      groups = [...new Set([...groups, ...processGroups(own)])];
    }, 50);
    const failure = await startLocalStack({ folder: own }).catch((error: unknown) => error);
    clearInterval(watch);
    vi.unstubAllEnvs();

    expect(failure).toBeInstanceOf(LocalStackError);
    expect(String(failure)).toMatch(/kube-apiserver ended before it was ready.*error: this one is broken$/);
    expect(groups.length).toBeGreaterThanOrEqual(3);
    expect(await living(groups)).toEqual([]);
  });

  test('when the program that started it is killed', async () => {
    const own = join(folder, 'killed');
    const module = JSON.stringify(join(import.meta.dirname, '../../local/stack.ts'));
    const program = `import { startLocalStack } from ${module};
      await startLocalStack({ folder: ${JSON.stringify(own)} });
      console.log('up');
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    const groups = processGroups(own);
    parent.kill('SIGKILL');
    expect(groups.length).toBeGreaterThanOrEqual(4);
    await expect.poll(() => living(groups), { timeout: 5_000 }).toEqual([]);
  });
});

/** Gives what stands in an endpoint's URL: the REST API's id and its stage. */
async function deployFunction(name: string, queueUrl: string): Promise<[string, string]> {
  const iam = new IAMClient(settings);
  const lambda = new LambdaClient(settings);
  const gateway = new APIGatewayClient(settings);
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: '{}' }));
  const code = `export const handler = async (event) => {
    const body = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
    const answer = await fetch(process.env.AWS_ENDPOINT_URL, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=function/20260101/us-east-1/sqs/aws4_request',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.SendMessage',
      },
      body: JSON.stringify({ QueueUrl: process.env.QUEUE_URL, MessageBody: body }),
    });
    return { statusCode: answer.status, body: process.version };
  };`;
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: Role?.Arn,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from(code) }) },
      Environment: { Variables: { QUEUE_URL: queueUrl } },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 20, minDelay: 1 }, { FunctionName: name });
  const { id: restApiId = '' } = await gateway.send(
    new CreateRestApiCommand({
      name,
      binaryMediaTypes: ['*/*'],
      endpointConfiguration: { types: ['REGIONAL'] },
    }),
  );
  const { items = [] } = await gateway.send(new GetResourcesCommand({ restApiId }));
  let parentId = items[0]?.id;
  for (const pathPart of ['nami', name]) {
    parentId = (await gateway.send(new CreateResourceCommand({ restApiId, parentId, pathPart }))).id;
  }
  const method = { restApiId, resourceId: parentId, httpMethod: 'ANY' };
  await gateway.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
  const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FunctionArn}/invocations`;
  await gateway.send(
    new PutIntegrationCommand({ ...method, type: 'AWS_PROXY', integrationHttpMethod: 'POST', uri }),
  );
  await gateway.send(new CreateDeploymentCommand({ restApiId, stageName: 'live' }));
  return [restApiId, 'live'];
}

async function withDatabase<T>(
  address: string,
  password: string,
  use: (events: ReturnType<ReturnType<MongoClient['db']>['collection']>) => Promise<T>,
): Promise<T> {
  const uri = `mongodb://nami:${encodeURIComponent(password)}@${address}:27017/?authSource=admin`;
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 15_000 });
  try {
    return await use(client.db('nami').collection('events'));
  } finally {
    await client.close();
  }
}

/** Leaders of the process groups that a stack has started in its folder. */
function processGroups(stackFolder: string): number[] {
  const pids = join(stackFolder, 'pids');
  try {
    return readdirSync(pids).map((name) => Number.parseInt(readFileSync(join(pids, name), 'utf8'), 10));
  } catch {
    return [];
  }
}

/** The processes that are still in one of the groups; one that only waits to be reaped doesn't live. */
async function living(groups: number[]): Promise<string[]> {
  await sleep(50);
  const { stdout } = await run('ps', ['-eo', 'pgid=,stat=,args=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([group, state]) => groups.includes(Number(group)) && !state?.startsWith('Z'))
    .map((words) => words.join(' '));
}
