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
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { InitializeMiddleware } from '@smithy/types';
import type { Clock } from '../../clock.ts';
import type { Proxies } from '../../proxies.ts';
import { makeAuthority } from '../../store-authority.ts';
import { Attempts } from './attempts.ts';
import { type CallWatch, watchAttempts } from './call-watch.ts';
import { Inventory } from './inventory.ts';
import { Pace, type PaceOptions } from './pace.ts';
import { Patience } from './patience.ts';
import { RecentlyMade } from './recently-made.ts';
import { SeenTwice } from './seen-twice.ts';
import { SpareTime } from './spare-time.ts';

/** Why a version of a function takes no traffic, and until when it is not asked again (milliseconds since the epoch). */
export interface RefusedVersion {
  readonly version: string;
  readonly error: Error;
  readonly until: number;
}

/** An AWS account in one region: its clients and what is shared between the reconciles that use it. */
export interface Account {
  readonly region: string;
  readonly accountId: string;
  /** Who asks: of a role's session, or of a user. */
  readonly callerArn: string;
  /** "aws", "aws-cn" or "aws-us-gov": the second part of every ARN. */
  readonly partition: string;
  readonly clock: Clock;
  /** Of stores. Given, as time and randomness are: no two that it makes are the same. */
  readonly makeAuthority: typeof makeAuthority;
  readonly inventory: Inventory;
  readonly recentlyMade: RecentlyMade;
  readonly patience: Patience;
  /** By the name of a function or the id of a volume: what it was asked to be. */
  readonly attempts: Attempts;
  readonly seenTwice: SeenTwice;
  readonly spareTime: SpareTime;
  /** By the name of a function: the version of it that was refused last. */
  readonly refusedVersions: Map<string, RefusedVersion>;
  /** Zones, by name, in which Lambda was seen to have no interfaces, beside those that are known for it. */
  readonly zonesWithoutLambda: Set<string>;
  readonly apiGateway: APIGatewayClient;
  readonly cloudWatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly ec2: EC2Client;
  /** For creations that AWS makes twice when they are asked for twice: none is repeated for a lost answer. */
  readonly once: { readonly apiGateway: APIGatewayClient; readonly ec2: EC2Client };
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  /** To invoke functions: a user's own code may let each call run into its end, and none is worth another. */
  readonly invocations: LambdaClient;
  readonly route53: Route53Client;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
  readonly tagging: ResourceGroupsTaggingAPIClient;
}

/** Longest that one HTTP exchange with AWS may take, in seconds. */
const REQUEST_SECONDS = 35;
/** The same for an invocation: ten seconds to start, eight of them for own code, and what a probe of the store takes. */
const INVOCATION_TIMEOUT = 25_000;
const CONNECTION_TIMEOUT = 5_000;

export interface AccountOptions extends CallWatch, PaceOptions {
  /** The SDK knows no proxies: without these it goes straight to AWS. */
  readonly proxies?: Proxies | undefined;
  /** Longest that an exchange may take where something demands less than usual. */
  readonly requestSeconds?: number | undefined;
}

/** The little of a client that pacing needs; the clients' own types differ in their inputs and outputs. */
interface AnyClient {
  readonly middlewareStack: {
    add(middleware: never, options: object): void;
    addRelativeTo(middleware: never, options: object): void;
  };
}

/**
 * Opens an account in a region by the SDK's own credential chain and endpoint settings.
 * Fails as `GetCallerIdentity` does: without credentials, without network, in a region that does not exist.
 */
export async function openAccount(region: string, options: AccountOptions): Promise<Account> {
  const { clock, proxies, requestSeconds = REQUEST_SECONDS } = options;
  const pace = new Pace(clock, options);
  const settings = {
    region,
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: Math.min(REQUEST_SECONDS, requestSeconds) * 1000,
      throwOnRequestTimeout: true,
      ...(proxies && { httpAgent: { proxyEnv: { ...proxies } }, httpsAgent: { proxyEnv: { ...proxies } } }),
    },
  };
  const paced = <Client extends AnyClient>(service: string, client: Client): Client => {
    const wait: InitializeMiddleware<object, object> = (next, context) => (args) => {
      const command = String(context.commandName ?? '').replace(/Command$/, '');
      const input = args.input as Readonly<Record<string, unknown>>;
      return pace.call({ service, command, input }, () => next(args));
    };
    client.middlewareStack.add(wait as never, { step: 'initialize', name: 'namiPace' });
    client.middlewareStack.addRelativeTo(watchAttempts(service, options) as never, {
      relation: 'after',
      toMiddleware: 'retryMiddleware',
      name: 'namiAttempts',
    });
    return client;
  };
  const sts = paced('sts', new STSClient(settings));
  const { Account: accountId, Arn: callerArn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  sts.destroy();
  return {
    region,
    accountId: accountId ?? '',
    callerArn,
    partition: callerArn.split(':')[1] ?? 'aws',
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
    apiGateway: paced('apigateway', new APIGatewayClient(settings)),
    cloudWatch: paced('cloudwatch', new CloudWatchClient(settings)),
    logs: paced('logs', new CloudWatchLogsClient(settings)),
    ec2: paced('ec2', new EC2Client(settings)),
    once: {
      apiGateway: paced('apigateway', new APIGatewayClient({ ...settings, maxAttempts: 1 })),
      ec2: paced('ec2', new EC2Client({ ...settings, maxAttempts: 1 })),
    },
    iam: paced('iam', new IAMClient(settings)),
    lambda: paced('lambda', new LambdaClient(settings)),
    invocations: paced(
      'lambda',
      new LambdaClient({
        ...settings,
        maxAttempts: 1,
        requestHandler: { ...settings.requestHandler, requestTimeout: INVOCATION_TIMEOUT },
      }),
    ),
    route53: paced('route53', new Route53Client(settings)),
    // A bucket may be in another region than the pipeline.
    s3: paced('s3', new S3Client({ ...settings, followRegionRedirects: true })),
    sqs: paced('sqs', new SQSClient(settings)),
    ssm: paced('ssm', new SSMClient(settings)),
    tagging: paced('tag', new ResourceGroupsTaggingAPIClient(settings)),
  };
}
