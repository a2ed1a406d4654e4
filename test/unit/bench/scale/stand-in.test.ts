import { APIGatewayClient, CreateRestApiCommand, GetResourcesCommand } from '@aws-sdk/client-api-gateway';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoopbackServer } from '../../../../bench/loopback-server.ts';
import { serveAws } from '../../../../bench/scale/stand-in/aws-server.ts';
import { systemClock } from '../../../../src/clock.ts';
import { AwsAccount } from '../../../../test/simulation/aws/aws-account.ts';

/** What the SDK says to the stand-in arrives, and what it answers comes back, in each of AWS's protocols. */

const account = new AwsAccount({ clock: systemClock });
let server: LoopbackServer;
beforeAll(async () => {
  server = await serveAws(account);
});
afterAll(() => server.close());

const settings = () => ({
  region: account.around.region,
  endpoint: `http://${server.address}`,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});

test('forms and XML of EC2: lists, filters, tags', async () => {
  const ec2 = new EC2Client(settings());
  const Tags = [{ Key: 'name', Value: 'a <b> & "c"' }];
  const { Vpc } = await ec2.send(
    new CreateVpcCommand({
      CidrBlock: '10.0.0.0/16',
      TagSpecifications: [{ ResourceType: 'vpc', Tags }],
    }),
  );
  const described = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'tag:name', Values: ['a <b> & "c"'] }] }),
  );
  expect(described.Vpcs).toMatchObject([{ VpcId: Vpc?.VpcId, Tags }]);
  await expect(ec2.send(new DescribeVpcsCommand({ VpcIds: ['vpc-0'] }))).rejects.toMatchObject({
    name: 'InvalidVpcID.NotFound',
  });
});

test('forms and XML of IAM and STS', async () => {
  const iam = new IAMClient(settings());
  const role = {
    RoleName: 'reads',
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
    Tags: [{ Key: 'team', Value: 'shop' }],
  };
  await iam.send(new CreateRoleCommand(role));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'reads' }));
  expect(Role).toMatchObject({ RoleName: 'reads', Tags: role.Tags });
  await expect(iam.send(new GetRoleCommand({ RoleName: 'none' }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
  });
  const { Account } = await new STSClient(settings()).send(new GetCallerIdentityCommand({}));
  expect(Account).toBe(account.around.accountId);
});

test('JSON by target of SQS and CloudWatch', async () => {
  const sqs = new SQSClient(settings());
  const Attributes = { MessageRetentionPeriod: '3600' };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'orders', Attributes }));
  expect(QueueUrl).toContain(server.address);
  const shown = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(shown.Attributes).toMatchObject(Attributes);
  const cloudWatch = new CloudWatchClient(settings());
  const alarm = { AlarmName: 'depth', EvaluationPeriods: 2, Threshold: 1.5 };
  await cloudWatch.send(new PutMetricAlarmCommand({ ...alarm, ComparisonOperator: 'GreaterThanThreshold' }));
  const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['depth'] }));
  expect(MetricAlarms).toMatchObject([alarm]);
});

test('JSON by path of API Gateway and Lambda', async () => {
  const apiGateway = new APIGatewayClient(settings());
  const api = { name: 'nami', binaryMediaTypes: ['*/*'], tags: { team: 'shop' } };
  const { id } = await apiGateway.send(new CreateRestApiCommand(api));
  const { items } = await apiGateway.send(
    new GetResourcesCommand({ restApiId: id, embed: ['methods'], limit: 100 }),
  );
  expect(items).toMatchObject([{ path: '/' }]);
  await expect(
    new LambdaClient(settings()).send(new GetFunctionCommand({ FunctionName: 'none', Qualifier: 'live' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
