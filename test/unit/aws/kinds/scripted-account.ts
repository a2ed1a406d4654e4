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
import type { InitializeMiddleware } from '@smithy/types';
import type { Account } from '../../../../src/aws/account/account.ts';
import { Attempts } from '../../../../src/aws/account/attempts.ts';
import { withAction } from '../../../../src/aws/account/errors.ts';
import { Inventory } from '../../../../src/aws/account/inventory.ts';
import { Patience } from '../../../../src/aws/account/patience.ts';
import { RecentlyMade } from '../../../../src/aws/account/recently-made.ts';
import { SeenTwice } from '../../../../src/aws/account/seen-twice.ts';
import { SpareTime } from '../../../../src/aws/account/spare-time.ts';
import { makeAuthority } from '../../../../src/store-authority.ts';
import { FakeClock } from '../../fake-clock.ts';

/** What AWS answers to each command, by the command's name; `undefined` is an empty answer. */
export type Script = Readonly<
  Record<string, (input: Readonly<Record<string, unknown>>) => object | undefined>
>;

export interface ScriptedAccount {
  readonly account: Account;
  readonly clock: FakeClock;
  /** Every call, in order: the command's name and its input. */
  readonly calls: { readonly command: string; readonly input: Readonly<Record<string, unknown>> }[];
  /** The names of the calls that are no reads. */
  writes(): string[];
  /** The inputs of all calls of one command. */
  inputs(command: string): Readonly<Record<string, unknown>>[];
}

/** An account whose clients are the SDK's own, but ask `script` instead of AWS. What it doesn't know fails. */
export function scripted(script: Script): ScriptedAccount {
  const clock = new FakeClock();
  const calls: ScriptedAccount['calls'] = [];
  const answer =
    (service: string): InitializeMiddleware<object, object> =>
    (_, context) =>
    async ({ input }) => {
      const command = String(context.commandName).replace(/Command$/, '');
      const call = { command, input: input as Readonly<Record<string, unknown>> };
      calls.push(call);
      const respond = script[command];
      if (!respond) throw new Error(`nobody expects ${command}`);
      try {
        return { output: { $metadata: {}, ...respond(call.input) }, response: {} };
      } catch (error) {
        throw withAction(error, `${service}:${command}`);
      }
    };
  const settings = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 's' } };
  const client = <C extends { middlewareStack: { add(middleware: never, options: object): void } }>(
    service: string,
    made: C,
  ): C => {
    made.middlewareStack.add(answer(service) as never, { step: 'initialize', priority: 'high' });
    return made;
  };
  const account = {
    region: 'eu-central-1',
    accountId: '123456789012',
    callerArn: 'arn:aws:sts::123456789012:assumed-role/nami-operator/test',
    partition: 'aws',
    clock,
    makeAuthority,
    inventory: new Inventory(clock),
    recentlyMade: new RecentlyMade(clock),
    patience: new Patience(clock),
    attempts: new Attempts(clock),
    seenTwice: new SeenTwice(clock),
    spareTime: new SpareTime(),
    refusedVersions: new Map(),
    zonesWithoutLambda: new Set(),
    apiGateway: client('apigateway', new APIGatewayClient(settings)),
    cloudWatch: client('cloudwatch', new CloudWatchClient(settings)),
    logs: client('logs', new CloudWatchLogsClient(settings)),
    iam: client('iam', new IAMClient(settings)),
    ec2: client('ec2', new EC2Client(settings)),
    once: {
      apiGateway: client('apigateway', new APIGatewayClient(settings)),
      ec2: client('ec2', new EC2Client(settings)),
    },
    lambda: client('lambda', new LambdaClient(settings)),
    invocations: client('lambda', new LambdaClient(settings)),
    route53: client('route53', new Route53Client(settings)),
    s3: client('s3', new S3Client(settings)),
    sqs: client('sqs', new SQSClient(settings)),
    ssm: client('ssm', new SSMClient(settings)),
    tagging: client('tag', new ResourceGroupsTaggingAPIClient(settings)),
  } as unknown as Account;
  return {
    account,
    clock,
    calls,
    writes: () => calls.map(({ command }) => command).filter((name) => !/^(Get|List|Describe)/.test(name)),
    inputs: (command) => calls.filter((call) => call.command === command).map(({ input }) => input),
  };
}

/** Lets a command of a script fail as AWS does. */
export function refuse(name: string, message = 'what AWS says'): never {
  throw Object.assign(new Error(message), { name });
}
