import type { WebhookPipeline } from '../api/v1alpha1.ts';
import { judge } from '../aws/account/errors.ts';
import { Reflector } from '../kubernetes/reflector.ts';
import { WorkQueue } from '../kubernetes/work-queue.ts';
import { regionOwner } from '../plan/identity.ts';
import type { Context, Next } from './context.ts';
import { regionOf } from './input/endpoint-claim.ts';
import { PipelineReconciler } from './pipeline/reconcile-pipeline.ts';
import { reconcileRegion } from './region/reconcile-region.ts';
import { RegionBoard } from './region/region-board.ts';
import { PIPELINES } from './resource-type.ts';

/** Keys in the work queue: "pipeline/<namespace>/<name>" and "region/<region>". */
const PIPELINE = 'pipeline/';
const REGION = 'region/';

export type ControllerOptions = Omit<Context, 'board' | 'pipelines'>;

/** Watches pipelines and keeps AWS in line with them, until it is stopped. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #boards = new Map<string, RegionBoard>();
  readonly #reflector: Reflector<WebhookPipeline>;
  readonly #queue: WorkQueue;
  readonly #reconciler: PipelineReconciler;
  readonly #stopping = new AbortController();
  #reflecting: Promise<void> | undefined;

  constructor(options: ControllerOptions) {
    const { client, clock, logger, config } = options;
    this.#options = options;
    this.#queue = new WorkQueue({
      clock,
      logger,
      workers: config.workers,
      handle: (key) => this.#handle(key),
    });
    this.#reflector = new Reflector<WebhookPipeline>({
      client,
      type: PIPELINES,
      ...(config.watchNamespace !== '' && { namespace: config.watchNamespace }),
      clock,
      logger,
      onChange: (key, previous, current) => this.#onChange(key, previous, current),
    });
    this.#reconciler = new PipelineReconciler({
      ...options,
      board: (region) => this.#board(region),
      pipelines: this.#reflector,
    });
  }

  /** Resolves once the first list of pipelines is known and work has begun. */
  async start(): Promise<void> {
    this.#reflecting = this.#reflector.run(this.#stopping.signal);
    await this.#reflector.synced;
    this.#queue.start();
  }

  /** Lets what is running finish, within the deadline; answers the keys that did not. */
  async stop(deadlineSeconds: number): Promise<string[]> {
    this.#stopping.abort();
    const left = await this.#queue.stop(deadlineSeconds);
    await this.#reflecting;
    await this.#options.events.flush();
    return left;
  }

  #onChange(key: string, previous: WebhookPipeline | undefined, current: WebhookPipeline | undefined): void {
    if (previous && current && !matters(previous, current)) return;
    this.#queue.add(PIPELINE + key);
    if (current || !previous) return;
    // A path may be free now, and the region's last pipeline may have gone.
    const region = regionOf(previous, this.#options.config);
    this.#wakeWaiting(this.#board(region));
    this.#queue.add(REGION + region);
  }

  #board(region: string): RegionBoard {
    const known = this.#boards.get(region);
    if (known) return known;
    const board = new RegionBoard(() => this.#queue.add(REGION + region));
    this.#boards.set(region, board);
    return board;
  }

  #wakeWaiting(board: RegionBoard): void {
    for (const key of board.waiting) this.#queue.add(PIPELINE + key);
    board.waiting.clear();
  }

  async #handle(key: string): Promise<void> {
    const next = key.startsWith(REGION)
      ? await this.#region(key.slice(REGION.length))
      : await this.#reconciler.reconcile(key.slice(PIPELINE.length));
    if ('backoff' in next) this.#queue.retry(key);
    else this.#queue.forget(key);
    if ('after' in next) this.#queue.addAfter(key, next.after);
  }

  async #region(region: string): Promise<Next> {
    const { config, cluster, logger } = this.#options;
    const board = this.#board(region);
    const isEmpty = !this.#reflector.list().some((pipeline) => regionOf(pipeline, config) === region);
    if (isEmpty && !config.deleteSharedObjects) return { done: true };
    try {
      const result = await reconcileRegion({
        account: await this.#options.account(region),
        owner: regionOwner(cluster, config.iamPath),
        board,
        networkCidr: config.networkCidr,
        remove: isEmpty,
      });
      if (result.changed || board.leaving.size > 0) this.#wakeWaiting(board);
      if (result.failed) return { backoff: true };
      if (!result.settled) return { after: result.seconds ?? 1 };
      return isEmpty ? { done: true } : { after: config.resyncSeconds };
    } catch (error) {
      const { message } = judge(error);
      logger.warn({ region, cause: message }, "the region's shared objects could not be looked at");
      return { backoff: true };
    }
  }
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
