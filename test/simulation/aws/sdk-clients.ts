import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
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

interface Command {
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * The SDK's own clients, as an account of the operator has them, that ask `answer` instead of AWS. Their middleware is
 * left out: it is most of what a call costs.
 */
export function sdkClients(answer: AnswerCommand) {
  const client = <C extends object>(service: ServiceName, made: C, attempts = 3): C => {
    const send = async (command: Command) => {
      const name = command.constructor.name.replace(/Command$/, '');
      return { $metadata: {}, ...(await answer(service, name, command.input, attempts)) };
    };
    return Object.assign(made, { send });
  };
  return {
    apiGateway: client('apigateway', new APIGatewayClient(SETTINGS)),
    cloudWatch: client('cloudwatch', new CloudWatchClient(SETTINGS)),
    logs: client('logs', new CloudWatchLogsClient(SETTINGS)),
    ec2: client('ec2', new EC2Client(SETTINGS)),
    iam: client('iam', new IAMClient(SETTINGS)),
    lambda: client('lambda', new LambdaClient(SETTINGS)),
    invocations: client('lambda', new LambdaClient(SETTINGS), 1),
    s3: client('s3', new S3Client(SETTINGS)),
    sqs: client('sqs', new SQSClient(SETTINGS)),
    ssm: client('ssm', new SSMClient(SETTINGS)),
  };
}
