import type { WebhookPipeline } from '../api/v1alpha1.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { type KubernetesResource, keyOf } from '../kubernetes/resource.ts';
import { type Run, type Urgency, WorkQueue } from '../kubernetes/work-queue.ts';
import type { Context, Next } from './context.ts';
import { pathOf, regionOf } from './input/endpoint-claim.ts';
import { requestedLook } from './input/requested-look.ts';
import { isWatched } from './input/watched-namespaces.ts';
import type { Orphan } from './orphans/orphan.ts';
import { OrphanFinder } from './orphans/orphan-finder.ts';
import { PipelineReconciler } from './pipeline/reconcile-pipeline.ts';
import { RegionReconciler } from './region/region-reconciler.ts';
import { type PipelineFacts, pipelineFacts } from './report/facts.ts';
import { PIPELINES } from './resource-type.ts';

/** Keys in the work queue: "pipeline/<namespace>/<name>", "region/<region>" and "orphans/<region>". */
const PIPELINE = 'pipeline/';
const REGION = 'region/';
const ORPHANS = 'orphans/';

export type ControllerOptions = Omit<Context, 'regions' | 'pipelines' | 'hostTurns'> & {
  /** Every region of the account in which the operator may own something. */
  readonly regionsOfAccount: () => Promise<readonly string[]>;
  /** What Events about the operator itself are told of. */
  readonly self: KubernetesResource;
  /** For metrics. */
  readonly onReconcile?: (reconcile: Reconcile) => void;
  readonly onRun?: (run: Run) => void;
};

/** One reconcile: of what, and what came of it, in controller-runtime's words. */
export interface Reconcile {
  readonly controller: ControllerName;
  readonly result: 'success' | 'requeue_after' | 'error';
  readonly seconds: number;
}

export type ControllerName = 'pipeline' | 'region' | 'orphans';

/** How the work goes, for probes and metrics. */
export interface WorkFacts {
  readonly workers: number;
  /** Keys being handled, by controller. */
  readonly running: Readonly<Record<ControllerName, number>>;
  readonly depth: number;
  readonly added: number;
  readonly retried: number;
  readonly unfinishedSeconds: number;
  readonly longestRunningSeconds: number;
  /** For how long no worker has begun or ended anything although there is work. */
  readonly standstillSeconds: number;
  /** For how long nothing has been heard or tried of the watch. */
  readonly watchStandstillSeconds: number;
}

/** Watches pipelines and keeps AWS in line with them, until it is stopped. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #reflector: Reflector<WebhookPipeline>;
  readonly #queue: WorkQueue;
  readonly #pipelines: PipelineReconciler;
  readonly #regions: RegionReconciler;
  readonly #orphans: OrphanFinder;
  readonly #stopping = new AbortController();
  #reflecting: Promise<void> | undefined;

  constructor(options: ControllerOptions) {
    const { client, clock, logger, config } = options;
    this.#options = options;
    this.#queue = new WorkQueue({
      clock,
      logger,
      workers: config.workers,
      handle: (key, signal) => this.#handle(key, signal),
      ...(options.onRun && { onRun: options.onRun }),
    });
    this.#reflector = new Reflector<WebhookPipeline>({
      client,
      type: PIPELINES,
      isWanted: ({ metadata }) => isWatched(metadata.namespace, config),
      clock,
      logger,
      onChange: (key, previous, current) => this.#onChange(key, previous, current),
    });
    this.#regions = new RegionReconciler({
      ...options,
      pipelines: this.#reflector,
      wakePipelines: (waiting) => {
        for (const { metadata } of waiting) this.#queue.add(PIPELINE + keyOf(metadata), 'changed');
      },
    });
    this.#orphans = new OrphanFinder({ ...options, pipelines: this.#reflector });
    this.#pipelines = new PipelineReconciler({
      ...options,
      pipelines: this.#reflector,
      hostTurns: new Map(),
      regions: {
        wake: (region) => this.#queue.add(REGION + region, 'shared'),
        problems: (region) => this.#regions.problems(region),
      },
    });
  }

  /** Resolves once the first list of pipelines is known and work has begun. */
  async start(): Promise<void> {
    this.#reflecting = this.#reflector.run(this.#stopping.signal);
    await this.#reflector.synced;
    this.#queue.start();
    void this.#resumeRegions();
  }

  /** Lets what is running finish, within the deadline; answers the keys that did not. */
  async stop(deadlineSeconds: number): Promise<readonly string[]> {
    this.#stopping.abort();
    const left = await this.#queue.stop(deadlineSeconds);
    await this.#reflecting;
    await this.#options.events.flush();
    return left;
  }

  get work(): WorkFacts {
    const { depth, added, retried, runningKeys } = this.#queue;
    const { unfinishedSeconds, longestRunningSeconds, standstillSeconds } = this.#queue;
    const running = (keys: string) => runningKeys.filter((key) => key.startsWith(keys)).length;
    return {
      workers: this.#options.config.workers,
      running: { pipeline: running(PIPELINE), region: running(REGION), orphans: running(ORPHANS) },
      depth,
      added,
      retried,
      unfinishedSeconds,
      longestRunningSeconds,
      standstillSeconds,
      watchStandstillSeconds: this.#reflector.standstillSeconds,
    };
  }

  /** What is known of each pipeline without asking anybody. */
  pipelines(): PipelineFacts[] {
    return this.#reflector.list().map((each) => pipelineFacts(each, this.#pipelines.memory(each)));
  }

  /** What is known to be in AWS without a pipeline, by region. */
  orphans(): { readonly region: string; readonly orphans: readonly Orphan[] }[] {
    return this.#orphans.known();
  }

  /** The last pipeline of a region may be gone, and its shared objects not yet: then nothing but this looks at them. */
  async #resumeRegions(): Promise<void> {
    const { config, logger, regionsOfAccount } = this.#options;
    const inUse = this.#reflector.list().map((pipeline) => regionOf(pipeline, config));
    for (const region of new Set(inUse)) this.#queue.add(REGION + region, 'routine');
    this.#queue.add(ORPHANS + config.region, 'routine');
    if (!config.deleteSharedObjects) return;
    this.#queue.add(REGION + config.region, 'routine');
    try {
      for (const region of await regionsOfAccount()) this.#queue.add(REGION + region, 'routine');
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      logger.warn({ cause }, "the account's regions can't be listed: only those of pipelines are looked at");
    }
  }

  #onChange(key: string, previous: WebhookPipeline | undefined, current: WebhookPipeline | undefined): void {
    if (previous && current && !matters(previous, current)) return;
    this.#queue.add(PIPELINE + key, current ? urgencyOf(previous, current) : 'routine');
    const { config } = this.#options;
    const subject = current ?? previous;
    if (!subject) return;
    const region = regionOf(subject, config);
    // What a region is to have follows from its pipelines.
    if (!current || previous || !isSettled(current)) this.#queue.add(REGION + region, 'changed');
    // Once a region is looked at it is for good: what has no pipeline is there when the last one is gone.
    if (!this.#orphans.looksAt(region)) this.#queue.add(ORPHANS + region, 'routine');
    if (current && previous && requestedLook(current) !== requestedLook(previous))
      this.#forgetWhatIsKnown(region);
    if (!current) this.#wakeClaimants(subject);
  }

  /** Whoever asks for a look means all of it. */
  #forgetWhatIsKnown(region: string): void {
    this.#options.account(region).then(
      ({ inventory }) => inventory.forgetAll(),
      () => {}, // The look itself says why there is no account.
    );
  }

  /** A path may be free now. */
  #wakeClaimants(gone: WebhookPipeline): void {
    const { config } = this.#options;
    for (const other of this.#reflector.list()) {
      if (pathOf(other, config) !== pathOf(gone, config)) continue;
      this.#queue.add(PIPELINE + keyOf(other.metadata), 'changed');
    }
  }

  async #handle(key: string, signal: AbortSignal): Promise<void> {
    const { clock, onReconcile } = this.#options;
    const [controller, name] = partsOf(key);
    const startedAt = clock.monotonic();
    let result: Reconcile['result'] = 'error';
    try {
      const next = await this.#reconcile(controller, name, signal);
      result = resultOf(next);
      this.#schedule(key, next);
    } finally {
      const seconds = (clock.monotonic() - startedAt) / 1000;
      onReconcile?.({ controller, result, seconds });
    }
  }

  #reconcile(controller: ControllerName, name: string, signal: AbortSignal): Promise<Next> {
    if (controller === 'region') return this.#regions.reconcile(name);
    if (controller === 'orphans') return this.#orphans.look(name);
    return this.#pipelines.reconcile(name, signal);
  }

  #schedule(key: string, next: Next): void {
    if (!('backoff' in next) || next.progressed) this.#queue.forget(key);
    if ('backoff' in next) this.#queue.retry(key, next.atMostSeconds);
    if ('after' in next) this.#queue.addAfter(key, next.after, next.urgency);
  }
}

/** Whose key it is, and what it names. */
function partsOf(key: string): [ControllerName, string] {
  const end = key.indexOf('/');
  return [key.slice(0, end) as ControllerName, key.slice(end + 1)];
}

function resultOf(next: Next): Reconcile['result'] {
  if ('backoff' in next) return 'error';
  return 'after' in next ? 'requeue_after' : 'success';
}

/** How much hurry a pipeline is in that has come or changed. */
function urgencyOf(previous: WebhookPipeline | undefined, current: WebhookPipeline): Urgency {
  const isDeleted = current.metadata.deletionTimestamp !== undefined;
  if (previous) return isDeleted || current.status?.objects?.length ? 'changed' : 'unbegun';
  if (!current.status?.conditions && !isDeleted) return 'new';
  // Listed at the start of the operator: most are as they were left.
  return isSettled(current) ? 'routine' : 'changed';
}

/** Whether the status says that the pipeline is as it is wanted. */
function isSettled({ metadata, status }: WebhookPipeline): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return (
    metadata.deletionTimestamp === undefined &&
    status?.observedGeneration === metadata.generation &&
    ready?.status === 'True'
  );
}

/** Whether a change is one to act on: the status is our own, and so is much else. */
function matters(previous: WebhookPipeline, current: WebhookPipeline): boolean {
  const essence = ({ metadata }: WebhookPipeline) => {
    const { uid, generation, deletionTimestamp, finalizers, annotations = {} } = metadata;
    const ours = Object.entries(annotations).filter(([name]) => name.startsWith('nami.dev/'));
    return JSON.stringify([uid, generation, deletionTimestamp, finalizers, ours.sort()]);
  };
  return essence(previous) !== essence(current);
}
