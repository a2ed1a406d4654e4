import { APIGatewayClient, GetResourcesCommand, GetRestApisCommand } from '@aws-sdk/client-api-gateway';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { IAMClient, ListInstanceProfilesCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { LambdaClient, ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { LocalStack } from './stack.ts';

/** What the operator has made in the emulated account, as "Kind name". */
export interface AccountContents {
  /** Of single pipelines. */
  readonly pipelines: string[];
  /** Shared by the pipelines of the region. */
  readonly shared: string[];
}

interface Found {
  readonly kind: string;
  readonly names: readonly (string | undefined)[];
}

/** Asks each service itself what it holds: independent of how the operator looks for its objects. */
export async function accountContents(stack: LocalStack): Promise<AccountContents> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const region = stack.environment.AWS_REGION ?? '';
  const moto = { endpoint: stack.emulators.motoUrl, region, credentials };
  const miniStack = { endpoint: stack.emulators.miniStackUrl, region, credentials };
  const [lambda, sqs, apis] = [
    new LambdaClient(miniStack),
    new SQSClient(miniStack),
    new APIGatewayClient(miniStack),
  ];
  const [logs, alarms] = [new CloudWatchLogsClient(miniStack), new CloudWatchClient(miniStack)];
  const [ec2, iam, ssm] = [new EC2Client(moto), new IAMClient(moto), new SSMClient(moto)];
  const ours = [{ Name: 'tag-key', Values: ['nami.dev/cluster'] }];
  const Filters = ours;

  const pipelines = await list([
    lambda
      .send(new ListFunctionsCommand({}))
      .then(({ Functions }) => found('Function', Functions, 'FunctionName')),
    lambda
      .send(new ListEventSourceMappingsCommand({}))
      .then(({ EventSourceMappings }) => found('EventSourceMapping', EventSourceMappings, 'UUID')),
    sqs.send(new ListQueuesCommand({})).then(({ QueueUrls = [] }) => ({ kind: 'Queue', names: QueueUrls })),
    logs
      .send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/nami-' }))
      .then(({ logGroups }) => found('LogGroup', logGroups, 'logGroupName')),
    alarms
      .send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'nami-' }))
      .then(({ MetricAlarms }) => found('Alarm', MetricAlarms, 'AlarmName')),
    iam
      .send(new ListRolesCommand({ PathPrefix: '/nami/' }))
      .then(({ Roles }) => found('Role', Roles, 'RoleName')),
    iam
      .send(new ListInstanceProfilesCommand({ PathPrefix: '/nami/' }))
      .then(({ InstanceProfiles }) => found('InstanceProfile', InstanceProfiles, 'InstanceProfileName')),
    ssm
      .send(new GetParametersByPathCommand({ Path: '/nami', Recursive: true }))
      .then(({ Parameters }) => found('Parameter', Parameters, 'Name')),
    ec2.send(new DescribeInstancesCommand({ Filters })).then(({ Reservations = [] }) => {
      const all = Reservations.flatMap(({ Instances = [] }) => Instances);
      return found(
        'Instance',
        all.filter(({ State }) => State?.Name !== 'terminated'),
        'InstanceId',
      );
    }),
    ec2
      .send(new DescribeVolumesCommand({ Filters }))
      .then(({ Volumes }) => found('Volume', Volumes, 'VolumeId')),
    ec2
      .send(new DescribeSnapshotsCommand({ Filters, OwnerIds: ['self'] }))
      .then(({ Snapshots }) => found('Snapshot', Snapshots, 'SnapshotId')),
    ec2
      .send(new DescribeSecurityGroupsCommand({ Filters }))
      .then(({ SecurityGroups }) => found('SecurityGroup', SecurityGroups, 'GroupId')),
    routes(apis),
  ]);
  const shared = await list([
    apis.send(new GetRestApisCommand({})).then(({ items }) => found('RestApi', items, 'name')),
    ec2.send(new DescribeVpcsCommand({ Filters })).then(({ Vpcs }) => found('Vpc', Vpcs, 'VpcId')),
    ec2
      .send(new DescribeSubnetsCommand({ Filters }))
      .then(({ Subnets }) => found('Subnet', Subnets, 'SubnetId')),
    ec2
      .send(new DescribeInternetGatewaysCommand({ Filters }))
      .then(({ InternetGateways }) => found('InternetGateway', InternetGateways, 'InternetGatewayId')),
    ec2
      .send(new DescribeRouteTablesCommand({ Filters }))
      .then(({ RouteTables }) => found('RouteTable', RouteTables, 'RouteTableId')),
  ]);
  for (const client of [lambda, sqs, apis, logs, alarms, ec2, iam, ssm]) client.destroy();
  return { pipelines, shared };
}

const found = <Item, Key extends keyof Item>(
  kind: string,
  items: readonly Item[] | undefined,
  name: Key,
): Found => ({ kind, names: (items ?? []).map((item) => String(item[name])) });

/** A route is a resource below /nami. */
async function routes(apis: APIGatewayClient): Promise<Found> {
  const { items: all = [] } = await apis.send(new GetRestApisCommand({}));
  const resources = await Promise.all(
    all.map(({ id }) => apis.send(new GetResourcesCommand({ restApiId: id, limit: 500 }))),
  );
  const paths = resources.flatMap(({ items = [] }) => items.map(({ path }) => path));
  return { kind: 'Route', names: paths.filter((path) => path?.startsWith('/nami/')) };
}

async function list(finding: Promise<Found>[]): Promise<string[]> {
  const all = await Promise.all(finding);
  return all.flatMap(({ kind, names }) => names.map((name) => `${kind} ${name}`));
}
