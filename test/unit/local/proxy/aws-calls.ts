import {
  APIGatewayClient,
  CreateRestApiCommand,
  DeleteMethodCommand,
  GetResourcesCommand,
} from '@aws-sdk/client-api-gateway';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsServer } from './aws-server.ts';

type Settings = AwsServer['client'];

interface Sample {
  readonly service: string;
  readonly action: string;
  readonly mutating: boolean;
  readonly call: (settings: Settings) => Promise<unknown>;
}

const FunctionName = 'f';

/** A call or more of every service that the operator uses, made by its real SDK client. */
export const SAMPLE_CALLS: readonly Sample[] = [
  {
    service: 'ec2',
    action: 'RunInstances',
    mutating: true,
    call: (settings) =>
      new EC2Client(settings).send(new RunInstancesCommand({ ImageId: 'ami-1', MinCount: 1, MaxCount: 1 })),
  },
  {
    service: 'iam',
    action: 'CreateRole',
    mutating: true,
    call: (settings) =>
      new IAMClient(settings).send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: '{}' })),
  },
  {
    service: 'sts',
    action: 'GetCallerIdentity',
    mutating: false,
    call: (settings) => new STSClient(settings).send(new GetCallerIdentityCommand({})),
  },
  {
    service: 'sqs',
    action: 'CreateQueue',
    mutating: true,
    call: (settings) => new SQSClient(settings).send(new CreateQueueCommand({ QueueName: 'q' })),
  },
  {
    service: 'sqs',
    action: 'SendMessage',
    mutating: false,
    call: (settings) =>
      new SQSClient(settings).send(new SendMessageCommand({ QueueUrl: settings.endpoint, MessageBody: 'x' })),
  },
  {
    service: 'ssm',
    action: 'GetParameter',
    mutating: false,
    call: (settings) => new SSMClient(settings).send(new GetParameterCommand({ Name: '/nami/x' })),
  },
  {
    service: 'cloudwatch',
    action: 'PutMetricAlarm',
    mutating: true,
    call: (settings) =>
      new CloudWatchClient(settings).send(
        new PutMetricAlarmCommand({
          AlarmName: 'a',
          EvaluationPeriods: 1,
          ComparisonOperator: 'GreaterThanThreshold',
        }),
      ),
  },
  {
    service: 'cloudwatch',
    action: 'DescribeAlarms',
    mutating: false,
    call: (settings) => new CloudWatchClient(settings).send(new DescribeAlarmsCommand({})),
  },
  {
    service: 'logs',
    action: 'CreateLogGroup',
    mutating: true,
    call: (settings) =>
      new CloudWatchLogsClient(settings).send(new CreateLogGroupCommand({ logGroupName: 'g' })),
  },
  {
    service: 'lambda',
    action: 'CreateFunction',
    mutating: true,
    call: (settings) =>
      new LambdaClient(settings).send(new CreateFunctionCommand({ FunctionName, Role: 'r', Code: {} })),
  },
  {
    service: 'lambda',
    action: 'GetFunction',
    mutating: false,
    call: (settings) =>
      new LambdaClient(settings).send(
        new GetFunctionCommand({
          FunctionName: 'arn:aws:lambda:eu-central-1:1:function:f',
          Qualifier: 'live',
        }),
      ),
  },
  {
    service: 'lambda',
    action: 'GetFunctionConfiguration',
    mutating: false,
    call: (settings) =>
      new LambdaClient(settings).send(new GetFunctionConfigurationCommand({ FunctionName })),
  },
  {
    service: 'lambda',
    action: 'PublishVersion',
    mutating: true,
    call: (settings) => new LambdaClient(settings).send(new PublishVersionCommand({ FunctionName })),
  },
  {
    service: 'lambda',
    action: 'UpdateEventSourceMapping',
    mutating: true,
    call: (settings) => new LambdaClient(settings).send(new UpdateEventSourceMappingCommand({ UUID: 'u' })),
  },
  {
    service: 'lambda',
    action: 'Invoke',
    mutating: false,
    call: (settings) => new LambdaClient(settings).send(new InvokeCommand({ FunctionName })),
  },
  {
    service: 'apigateway',
    action: 'CreateRestApi',
    mutating: true,
    call: (settings) => new APIGatewayClient(settings).send(new CreateRestApiCommand({ name: 'n' })),
  },
  {
    service: 'apigateway',
    action: 'GetResources',
    mutating: false,
    call: (settings) =>
      new APIGatewayClient(settings).send(
        new GetResourcesCommand({ restApiId: 'a', limit: 500, embed: ['methods'] }),
      ),
  },
  {
    service: 'apigateway',
    action: 'DeleteMethod',
    mutating: true,
    call: (settings) =>
      new APIGatewayClient(settings).send(
        new DeleteMethodCommand({ restApiId: 'a', resourceId: 'r', httpMethod: 'ANY' }),
      ),
  },
];
