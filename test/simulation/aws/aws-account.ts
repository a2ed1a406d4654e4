import { isProbe, POST_QUEUE_ENV, PRE_QUEUE_ENV } from '../../../handlers/contract.ts';
import { watchAttempts } from '../../../src/aws/account/call-watch.ts';
import { type Clock, sleep } from '../../../src/clock.ts';
import { ApiGateway } from './api-gateway.ts';
import { AwsError, connectionReset, isRepeated } from './aws-error.ts';
import { CloudWatch } from './cloudwatch.ts';
import { Ec2 } from './ec2.ts';
import { Faults } from './faults.ts';
import { Iam } from './iam.ts';
import type { Invoked } from './lambda.ts';
import { Lambda } from './lambda.ts';
import { Logs } from './logs.ts';
import { misfits, misfitsOf } from './models/model.ts';
import { emptyFirstPage } from './odd-answers.ts';
import { Route53 } from './route53.ts';
import { S3 } from './s3.ts';
import { Senders } from './senders.ts';
import type { Service, ServiceName, Surroundings } from './service.ts';
import { Sqs } from './sqs.ts';
import { Ssm } from './ssm.ts';
import { Stores } from './stores.ts';
import { Sts } from './sts.ts';
import { Tagging } from './tagging.ts';
import { TIMES, type Times } from './times.ts';
import { Traffic } from './traffic.ts';

/** One attempt of a call to reach AWS. */
export interface Call {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly service: ServiceName;
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Whether it changes nothing: gets, lists, and invocations, which only probe. */
  readonly isRead: boolean;
  /** Name of the error that it came to. */
  error?: string;
}

/** Calls for which the SDK makes a token, the same in each attempt. (Smithy: idempotencyToken.) */
const TOKENS = new Set(['CreateRouteTable', 'CreateVolume', 'RunInstances']);

/** Gets, lists, and invocations, which only probe. */
export const changesNothing = (command: string): boolean => /^(Get|List|Describe|Invoke)/.test(command);

/** An AWS account in memory, in one region. */
export class AwsAccount {
  readonly ec2: Ec2;
  readonly iam: Iam;
  readonly lambda: Lambda;
  readonly sqs: Sqs;
  readonly ssm: Ssm;
  readonly cloudWatch: CloudWatch;
  readonly logs: Logs;
  readonly apiGateway: ApiGateway;
  readonly route53: Route53;
  readonly s3: S3;
  readonly stores: Stores;
  readonly senders: Senders;
  readonly faults: Faults;
  /** Every attempt of every call, in order. */
  readonly calls: Call[] = [];
  /** Told of each call as it reaches AWS, before it takes effect. */
  beforeCall: (call: Call) => void = () => {};
  /** Told of each call that no fault has ended: IAM would be asked now. */
  authorize: (call: Call) => void = () => {};
  /** Told of each call once it has taken effect, before it is answered. */
  onCall: (call: Call) => void = () => {};
  readonly around: Surroundings;
  readonly #services: Readonly<Record<ServiceName, Service>>;
  readonly #ids = new Map<string, number>();
  /** Until when a REST API is being changed. */
  readonly #busyUntil = new Map<string, number>();

  constructor(options: { clock: Clock; region?: string; times?: Partial<Times> }) {
    const around: Surroundings = {
      clock: options.clock,
      times: { ...TIMES, ...options.times },
      region: options.region ?? 'eu-central-1',
      accountId: '123456789012',
      partition: 'aws',
      newId: (prefix) => this.#newId(prefix),
    };
    this.around = around;
    this.iam = new Iam(around);
    this.ec2 = new Ec2(around, this.iam);
    this.sqs = new Sqs(around);
    this.ssm = new Ssm(around);
    this.lambda = new Lambda(around, { iam: this.iam, sqs: this.sqs, network: this.ec2.network });
    this.cloudWatch = new CloudWatch(around);
    this.logs = new Logs(around);
    this.apiGateway = new ApiGateway(around);
    this.route53 = new Route53(around);
    this.s3 = new S3(around);
    this.stores = new Stores(around, this.ec2, this.ssm);
    this.senders = new Senders(around, this);
    new Traffic(around, this);
    this.#services = {
      apigateway: this.apiGateway,
      cloudwatch: this.cloudWatch,
      ec2: this.ec2,
      iam: this.iam,
      lambda: this.lambda,
      logs: this.logs,
      route53: this.route53,
      s3: this.s3,
      sqs: this.sqs,
      ssm: this.ssm,
      sts: new Sts(around),
      tag: new Tagging(around, this),
    };
    const moments = Object.entries(this.#services).map(([name, { moment }]) => [name, moment]);
    this.faults = new Faults(
      options.clock,
      Object.fromEntries(moments) as Record<ServiceName, Service['moment']>,
    );
    this.lambda.code = (invoked, event) => this.#run(invoked, event);
  }

  /** Calls that changed something or tried to. */
  get changes(): Call[] {
    return this.calls.filter(({ isRead }) => !isRead);
  }

  /** How many objects were made so far whose ids begin so, such as "vpc". */
  made(prefix: string): number {
    return this.#ids.get(prefix) ?? 0;
  }

  /** The commands that a service answers. */
  commandsOf(service: ServiceName): string[] {
    return Object.keys(this.#services[service].operations).sort();
  }

  /** What is left in the account, as "Kind id", but for what AWS keeps of what is gone. */
  contents(): string[] {
    const { ec2, iam, lambda, sqs, ssm, cloudWatch, logs, apiGateway, route53 } = this;
    const ids = {
      Alarm: cloudWatch.alarms.values().map(({ name }) => name),
      EventSourceMapping: lambda.mappings
        .filter(({ deletedAt }) => deletedAt === undefined)
        .map(({ id }) => id),
      BasePathMapping: apiGateway.domains.mappings
        .values()
        .map(({ domainName, basePath }) => `${domainName}/${basePath}`),
      DnsRecord: route53.records.values().map(({ record }) => `${record.Name} ${record.Type}`),
      DomainName: apiGateway.domains.domainNames.values().map(({ name }) => name),
      Function: lambda.functions.values().map(({ name }) => name),
      Instance: ec2.instances.filter(({ endedAt }) => endedAt === undefined).map(({ id }) => id),
      InstanceProfile: iam.instanceProfiles.values().map(({ name }) => name),
      InternetGateway: ec2.network.internetGateways.values().map(({ id }) => id),
      LogGroup: logs.groups.values().map(({ name }) => name),
      Parameter: ssm.parameters.values().map(({ name }) => name),
      Queue: sqs.queues.values().map(({ name }) => name),
      Resource: apiGateway.resources.values().map(({ path }) => path),
      RestApi: apiGateway.restApis.values().map(({ id }) => id),
      Role: iam.roles.values().map(({ name }) => name),
      RouteTable: ec2.network.routeTables.values().map(({ id }) => id),
      SecurityGroup: ec2.securityGroups.filter(({ name }) => name !== 'default').map(({ id }) => id),
      Stage: apiGateway.stages.values().map(({ name }) => name),
      Subnet: ec2.subnets.values().map(({ id }) => id),
      Volume: ec2.volumes.values().map(({ id }) => id),
      Vpc: ec2.vpcs.values().map(({ id }) => id),
    };
    return Object.entries(ids).flatMap(([kind, all]) => all.map((id) => `${kind} ${id}`));
  }

  /** One call as the SDK makes it: what can be repeated is, up to `attempts` times. */
  async call(
    service: ServiceName,
    command: string,
    given: Readonly<Record<string, unknown>>,
    attempts: number,
  ): Promise<object> {
    const { clock, times } = this.around;
    const input = TOKENS.has(command) ? { ClientToken: this.#newId('token'), ...given } : given;
    const attempted = watchAttempts(service, { clock })(
      async () => ({ response: {}, output: await this.#attempt(service, command, input) }),
      { commandName: command },
    );
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { output } = await attempted({ input, request: {} });
        return output;
      } catch (error) {
        if (attempt >= attempts || !isRepeated(error)) throw error;
        await sleep(clock, times.retryPause * 2 ** attempt * 1000);
      }
    }
  }

  async #attempt(service: ServiceName, command: string, input: Call['input']): Promise<object> {
    const { clock, times } = this.around;
    const isRead = changesNothing(command);
    const call: Call = { at: clock.now(), service, command, input, isRead };
    this.calls.push(call);
    for (const misfit of misfitsOf(service, command, input)) misfits.add(misfit);
    const seconds = times.callAtLeast + clock.random() * (times.callAtMost - times.callAtLeast);
    await sleep(clock, (seconds + this.faults.delayOf(service, command)) * 1000);
    this.beforeCall(call);
    try {
      this.faults.check(service, command);
      this.authorize(call);
      const output = this.#answer(call);
      this.onCall(call);
      if (this.faults.loses(service, command)) throw connectionReset();
      if (command === 'Invoke') await this.#wait(output);
      if (this.#takesTurns(call)) await sleep(clock, times.gatewayWrite * 1000);
      if (this.faults.empties(service, command)) return {};
      return this.faults.oddity?.(command, output as Record<string, unknown>) ?? output;
    } catch (error) {
      call.error = error instanceof Error ? error.name : String(error);
      throw error;
    }
  }

  #answer(call: Call): object {
    const { service, command, isRead } = call;
    const asked = this.faults.emptyFirstPages
      ? emptyFirstPage(service, command, call.input)
      : { input: call.input };
    if ('page' in asked) return asked.page;
    const { input } = asked;
    const { moment, operations } = this.#services[service];
    const operation = operations[command];
    if (!operation)
      throw new Error(`the simulated ${service} does not know ${command}: add it to its operations`);
    this.#takeTurn(call);
    if (isRead && command !== 'Invoke') return moment.read(() => operation(input as never)) ?? {};
    return operation(input as never) ?? {};
  }

  #takesTurns({ service, isRead, input }: Call): boolean {
    return this.faults.oneWriteAtATime && service === 'apigateway' && !isRead && 'restApiId' in input;
  }

  /** A write that comes while another is under way is refused. */
  #takeTurn(call: Call): void {
    if (!this.#takesTurns(call)) return;
    const restApiId = String(call.input.restApiId);
    const now = this.around.clock.now();
    if (now < (this.#busyUntil.get(restApiId) ?? 0)) {
      throw new AwsError(
        'ConflictException',
        'Unable to complete operation due to concurrent modification. Please try again later.',
        409,
      );
    }
    this.#busyUntil.set(restApiId, now + this.around.times.gatewayWrite * 1000);
  }

  /** A function whose store does not answer takes a while to say so. */
  async #wait(output: object): Promise<void> {
    const { Payload } = output as { Payload?: Uint8Array };
    const isSlow = Buffer.from(Payload ?? [])
      .toString()
      .includes('"reachable":false');
    if (isSlow) await sleep(this.around.clock, this.around.times.storeTimeout * 1000);
  }

  /** The built-in code of both functions, as far as the operator asks it. */
  #run(invoked: Invoked, event: unknown): unknown {
    if (!isProbe(event)) return null;
    if (PRE_QUEUE_ENV.queueUrl in invoked.environment) return { nami: 'pre-queue', problems: [] };
    if (POST_QUEUE_ENV.storeUri in invoked.environment) return this.stores.ask(invoked, event);
    return null;
  }

  #newId(prefix: string): string {
    const count = (this.#ids.get(prefix) ?? 0) + 1;
    this.#ids.set(prefix, count);
    return `${prefix}-${count.toString(16).padStart(8, '0')}`;
  }
}
