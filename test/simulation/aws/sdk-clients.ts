import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { ServiceName } from './service.ts';

/** Answers a command instead of AWS. */
export type AnswerCommand = (
  service: ServiceName,
  command: string,
  input: Readonly<Record<string, unknown>>,
  attempts: number,
) => Promise<object>;

const SETTINGS = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
};

/** Made once: it is the SDK's dearest part. */
const CLIENTS = {
  apiGateway: new APIGatewayClient(SETTINGS),
  cloudWatch: new CloudWatchClient(SETTINGS),
  logs: new CloudWatchLogsClient(SETTINGS),
  ec2: new EC2Client(SETTINGS),
  iam: new IAMClient(SETTINGS),
  lambda: new LambdaClient(SETTINGS),
  route53: new Route53Client(SETTINGS),
  s3: new S3Client(SETTINGS),
  sqs: new SQSClient(SETTINGS),
  ssm: new SSMClient(SETTINGS),
  tagging: new ResourceGroupsTaggingAPIClient(SETTINGS),
};

interface Command {
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * The SDK's own clients, as an account of the operator has them, that ask `answer` instead of AWS. Their middleware is
 * left out: it is most of what a call costs.
 */
export function sdkClients(answer: AnswerCommand) {
  const client = <C extends object>(service: ServiceName, shared: C, attempts = 3): C => {
    const send = async (command: Command) => {
      const name = command.constructor.name.replace(/Command$/, '');
      return { $metadata: {}, ...(await answer(service, name, command.input, attempts)) };
    };
    return Object.assign(Object.create(shared) as C, { send });
  };
  return {
    apiGateway: client('apigateway', CLIENTS.apiGateway),
    cloudWatch: client('cloudwatch', CLIENTS.cloudWatch),
    logs: client('logs', CLIENTS.logs),
    ec2: client('ec2', CLIENTS.ec2),
    once: { apiGateway: client('apigateway', CLIENTS.apiGateway, 1), ec2: client('ec2', CLIENTS.ec2, 1) },
    iam: client('iam', CLIENTS.iam),
    lambda: client('lambda', CLIENTS.lambda),
    invocations: client('lambda', CLIENTS.lambda, 1),
    route53: client('route53', CLIENTS.route53),
    s3: client('s3', CLIENTS.s3),
    sqs: client('sqs', CLIENTS.sqs),
    ssm: client('ssm', CLIENTS.ssm),
    tagging: client('tag', CLIENTS.tagging),
  };
}
