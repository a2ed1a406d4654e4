import type { Account } from '../../src/aws/account/account.ts';
import { Attempts } from '../../src/aws/account/attempts.ts';
import { Inventory } from '../../src/aws/account/inventory.ts';
import { Pace } from '../../src/aws/account/pace.ts';
import { Patience } from '../../src/aws/account/patience.ts';
import { RecentlyMade } from '../../src/aws/account/recently-made.ts';
import { SeenTwice } from '../../src/aws/account/seen-twice.ts';
import { SpareTime } from '../../src/aws/account/spare-time.ts';
import { codeLibrary } from '../../src/code.ts';
import { readConfig } from '../../src/config.ts';
import { Controller } from '../../src/controller/controller.ts';
import { DEFINITION } from '../../src/controller/custom-resource.ts';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { EventRecorder } from '../../src/kubernetes/events.ts';
import type { Transport } from '../../src/kubernetes/transport.ts';
import { setOrphans, setPipelines, setWork } from '../../src/metrics/figures.ts';
import { observers } from '../../src/metrics/observers.ts';
import { Metrics } from '../../src/metrics/registry.ts';
import { makeAuthority } from '../../src/store-authority.ts';
import { accessLog } from '../iam/access-log.ts';
import { BOUNDARY_ARN, CLUSTER } from '../iam/policies.ts';
import { AwsAccount, type Call, changesNothing } from './aws/aws-account.ts';
import { sceneOf } from './aws/scene.ts';
import { sdkClients } from './aws/sdk-clients.ts';
import type { Senders } from './aws/senders.ts';
import type { Times } from './aws/times.ts';
import { KubernetesApi } from './kubernetes/api-server.ts';
import { Lifeline, never } from './lifeline.ts';
import { VirtualTime } from './virtual-time.ts';

export interface SimulationOptions {
  /** The same seed gives the same run, to the millisecond. Default 1. */
  readonly seed?: number;
  /** The operator's settings, as its environment has them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long things take in AWS, where it is another time than usual. */
  readonly times?: Partial<Times>;
  /** False: the operator is started by `world.start()`. */
  readonly isStarted?: boolean;
}

/** Something that the operator does to one of its two outside worlds. */
export interface Outward {
  readonly to: 'AWS' | 'Kubernetes';
  /** Such as "lambda:CreateFunction" or "PATCH /apis/…". */
  readonly name: string;
  readonly isRead: boolean;
}

/** A line of the operator's log. */
export interface LogLine {
  readonly at: number;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly details: object;
}

/** Keys and signatures are made by chance: a world takes these one after the other. */
const AUTHORITIES = await Promise.all(
  Array.from({ length: 64 }, (_, index) =>
    makeAuthority('Nami store', Buffer.alloc(15, index), Date.UTC(2026, 0, 1)),
  ),
);
const REGION = 'eu-central-1';
/** What an installation by the book has. */
const SETTINGS = { AWS_REGION: REGION, NAMI_PERMISSIONS_BOUNDARY: BOUNDARY_ARN };
/** Made once: the zips of all worlds are the same. */
const CODE = codeLibrary({
  'pre-queue': Buffer.from('export const handler = "pre-queue";'),
  'pre-queue-certified': Buffer.from('export const handler = "pre-queue"; // certified'),
  'post-queue': Buffer.from('export const handler = "post-queue";'),
});
/** Seconds from a crash until Kubernetes has started the operator again. */
const RESTART_SECONDS = 3;

/**
 * A virtual cluster, a virtual AWS account and the real operator between them.
 *
 * @example
 * const world = await simulate({ seed: 7, settings: { NAMI_LOOK_SECONDS: '30' } });
 * world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { preQueue: { memoryMiB: 512 } } });
 * await world.until(isReady('orders'), 300);               // virtual seconds
 * world.senders.post('orders');                            // { status: 200, event }
 * const [stage] = world.aws.apiGateway.stages.values();    // what is in AWS, as tables
 * world.aws.apiGateway.stages.delete(`${stage?.restApiId}/live`); // drift by hand
 * world.aws.faults.lag(5, 'ec2');                          // what goes wrong
 * world.crash();                                           // and who dies
 * await world.run(600);
 * world.aws.changes;                                       // every call that changed something
 */
export class World {
  readonly time: VirtualTime;
  readonly kubernetes: KubernetesApi;
  readonly aws: AwsAccount;
  readonly senders: Senders;
  readonly log: LogLine[] = [];
  readonly metrics = new Metrics();
  /** Told of each call before it goes out, and once it has taken effect and is not answered yet. */
  onOutward: (when: 'before' | 'after', what: Outward) => void = () => {};
  #settings: Readonly<Record<string, string>>;
  #lifeline = new Lifeline();
  #authorities = 0;
  #controller: Controller | undefined;

  constructor({ seed = 1, settings = {}, times = {} }: SimulationOptions) {
    this.#settings = settings;
    this.time = new VirtualTime({ seed });
    this.kubernetes = new KubernetesApi(this.time);
    this.aws = new AwsAccount({ clock: this.time, region: REGION, times });
    const scene = sceneOf(this.aws);
    this.aws.authorize = (call) => accessLog.add(call, scene);
    this.senders = this.aws.senders;
    this.metrics.read((set) => {
      if (!this.#controller) return;
      setWork(set, this.#controller.work);
      setPipelines(set, this.#controller.pipelines());
      setOrphans(set, this.#controller.orphans());
    });
  }

  /** Lets so many virtual seconds pass. */
  async run(seconds: number): Promise<void> {
    await this.time.advance(seconds * 1000);
  }

  /** Lets time pass until something is so; fails, and says how things stand, if that takes longer. */
  async until(isSo: (world: World) => boolean, seconds: number): Promise<void> {
    if (await this.time.until(() => isSo(this), seconds * 1000)) return;
    throw new Error(`not so within ${seconds} s: ${isSo}\n${this.describe()}`);
  }

  /** Starts the operator; `run` lets it work. */
  start(): void {
    this.#lifeline.cut();
    this.#lifeline = new Lifeline();
    this.#controller = this.#assemble(this.#lifeline);
    void this.#controller.start();
  }

  /** Starts another operator beside the one that works, as if there were no election; answers what kills it. */
  startSecond(): () => void {
    const lifeline = new Lifeline();
    void this.#assemble(lifeline).start();
    return () => lifeline.cut();
  }

  /** Gives the next operator other settings. */
  configure(settings: Readonly<Record<string, string>>): void {
    this.#settings = settings;
  }

  /** Stops the operator as SIGTERM does. */
  async stop(seconds = 20): Promise<readonly string[]> {
    const stopping = this.#controller?.stop(seconds) ?? Promise.resolve([]);
    let left: readonly string[] | undefined;
    void stopping.then((keys) => {
      left = keys;
    });
    await this.until(() => left !== undefined, seconds + 10);
    this.#lifeline.cut();
    return left ?? [];
  }

  /** Stops the operator and starts it again. */
  async restart(): Promise<void> {
    await this.stop();
    this.start();
  }

  /** Kills the operator where it stands; what it has sent takes effect. A new one starts a moment later. */
  crash(): void {
    if (this.#lifeline.isCut) return;
    this.#lifeline.cut();
    this.time.after(RESTART_SECONDS * 1000, () => this.start());
  }

  /** Kills the operator as soon as such a call has taken effect, before it is answered; once. */
  crashOn(isIt: (call: Call) => boolean): void {
    this.aws.onCall = (call) => {
      if (!isIt(call)) return;
      this.aws.onCall = () => {};
      this.crash();
    };
  }

  /** How things stand, for people. */
  describe(): string {
    const clock = (at: number) => new Date(at).toISOString().slice(11, 23);
    const pipelines = this.kubernetes.list().map(({ metadata, status }) => {
      const conditions = (status?.conditions ?? []) as Record<string, string>[];
      const words = conditions.map(
        ({ type, status: is, reason, message }) => `  ${type}=${is} ${reason} ${message}`,
      );
      return [`pipeline ${metadata.name}, deleted ${metadata.deletionTimestamp ?? 'no'}`, ...words].join(
        '\n',
      );
    });
    const calls = this.aws.calls
      .slice(-40)
      .map(({ at, service, command, error }) => `  ${clock(at)} ${service}:${command} ${error ?? ''}`);
    const lines = this.log
      .slice(-20)
      .map(
        ({ at, level, message, details }) => `  ${clock(at)} ${level} ${message} ${JSON.stringify(details)}`,
      );
    return [`at ${clock(this.time.now())}`, ...pipelines, 'log:', ...lines, 'calls:', ...calls].join('\n');
  }

  /** The one place where the operator is put together, as src/operator.ts does it. */
  #assemble(lifeline: Lifeline): Controller {
    const config = readConfig({ ...SETTINGS, ...this.#settings });
    const clock = lifeline.clock(this.time);
    const logger = {
      info: this.#logAt('info'),
      warn: this.#logAt('warn'),
      error: this.#logAt('error'),
    };
    const report = observers(this.metrics);
    const client = new KubernetesClient({
      transport: this.#transport(lifeline),
      clock,
      onRequest: report.onRequest,
    });
    const account = this.#openAccount(lifeline);
    return new Controller({
      config,
      clock,
      logger,
      client,
      events: new EventRecorder({
        client,
        clock,
        logger,
        controller: 'nami.dev/operator',
        instance: 'simulated',
      }),
      cluster: CLUSTER,
      code: CODE,
      account: async (region) => {
        if (region !== REGION) throw new Error(`the simulation has one region, ${REGION}, not ${region}`);
        return account;
      },
      regionsOfAccount: async () => [REGION],
      self: DEFINITION,
      ...report,
    });
  }

  #openAccount(lifeline: Lifeline): Account {
    const clock = lifeline.clock(this.time);
    const pace = new Pace(clock, {
      rateShare: readConfig({ ...SETTINGS, ...this.#settings }).rateShare,
      ...observers(this.metrics),
    });
    const clients = sdkClients((service, command, input, attempts) =>
      pace.call({ service, command, input }, () =>
        this.#outward(
          lifeline,
          { to: 'AWS', name: `${service}:${command}`, isRead: changesNothing(command) },
          () => this.aws.call(service, command, input, attempts),
        ),
      ),
    );
    const { region, accountId, partition } = this.aws.around;
    return {
      region,
      accountId,
      callerArn: `arn:${partition}:sts::${accountId}:assumed-role/nami-operator/simulated`,
      partition,
      clock,
      makeAuthority: async () => AUTHORITIES[this.#authorities++ % AUTHORITIES.length] ?? '',
      inventory: new Inventory(clock),
      recentlyMade: new RecentlyMade(clock),
      patience: new Patience(clock),
      attempts: new Attempts(clock),
      seenTwice: new SeenTwice(clock),
      spareTime: new SpareTime(),
      refusedVersions: new Map(),
      zonesWithoutLambda: new Set(),
      ...clients,
    };
  }

  #transport(lifeline: Lifeline): Transport {
    const { transport } = this.kubernetes;
    return lifeline.transport({
      ...transport,
      request: (request) =>
        this.#outward(
          lifeline,
          { to: 'Kubernetes', name: `${request.method} ${request.path}`, isRead: request.method === 'GET' },
          () => transport.request(request),
        ),
    });
  }

  /** A crash that is told of it comes before the call goes out, or after it took effect. */
  async #outward<R>(lifeline: Lifeline, what: Outward, call: () => Promise<R>): Promise<R> {
    this.onOutward('before', what);
    if (lifeline.isCut) return await never();
    return await lifeline.hold(call().finally(() => this.onOutward('after', what)));
  }

  #logAt(level: LogLine['level']) {
    return (details: object, message: string): void => {
      this.log.push({ at: this.time.now(), level, message, details });
    };
  }
}

/** Builds a world and starts the operator in it. */
export async function simulate(options: SimulationOptions = {}): Promise<World> {
  const world = new World(options);
  if (options.isStarted !== false) world.start();
  return world;
}

/** What Events say that somebody else has changed in AWS, object by object. */
export const driftsTold = ({ kubernetes }: World): string[] =>
  kubernetes.events.flatMap((event) => {
    const { reason, note = '' } = event as { readonly reason?: string; readonly note?: string };
    return reason === 'Drifted' ? note.replace(/^[^:]*: /, '').split('; ') : [];
  });
