import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { InitializeMiddleware } from '@smithy/types';
import type { ServiceName } from './service.ts';

/** Answers a command instead of AWS. */
export type AnswerCommand = (
  service: ServiceName,
  command: string,
  input: Readonly<Record<string, unknown>>,
  attempts: number,
) => Promise<object>;

interface AnyClient {
  readonly middlewareStack: { add(middleware: never, options: object): void };
}

const SETTINGS = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
};

/** The SDK's own clients, as an account of the operator has them, that ask `answer` instead of AWS. */
export function sdkClients(answer: AnswerCommand) {
  const client = <C extends AnyClient>(service: ServiceName, made: C, attempts = 3): C => {
    const middleware: InitializeMiddleware<object, object> = (_, context) => async (args) => {
      const command = String(context.commandName).replace(/Command$/, '');
      const input = args.input as Readonly<Record<string, unknown>>;
      const output = await answer(service, command, input, attempts);
      return { output: { $metadata: {}, ...output }, response: {} };
    };
    made.middlewareStack.add(middleware as never, { step: 'initialize', priority: 'high' });
    return made;
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
