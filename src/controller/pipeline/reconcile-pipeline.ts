import {
  ANNOTATIONS,
  FINALIZER,
  type WebhookPipeline,
  type WebhookPipelineSpec,
} from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { judge } from '../../aws/account/errors.ts';
import { apply, type Outcome } from '../../aws/graph/apply.ts';
import { fingerprint } from '../../aws/object/fingerprint.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { namespaces } from '../../kubernetes/core-types.ts';
import { KubernetesApiError, ServerUnreachableError } from '../../kubernetes/errors.ts';
import { addFinalizer } from '../../kubernetes/finalizers.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import { pipelineOwner, regionOwner, routePath } from '../../plan/identity.ts';
import type { PlanInput } from '../../plan/input.ts';
import { plan } from '../../plan/plan.ts';
import type { Context, Next } from '../context.ts';
import { pathOf, regionOf, rivalOf } from '../input/endpoint-claim.ts';
import { type Gathered, gather } from '../input/gather.ts';
import { parseSpec, refuseMoves } from '../input/stored-spec.ts';
import type { RegionBoard } from '../region/region-board.ts';
import { type Finding, findingsOf, type Verdict } from '../report/conditions.ts';
import { gatewayFindings, pathConflict, storeFindings } from '../report/findings.ts';
import { healthOf } from '../report/health.ts';
import { Reporter } from '../report/reporter.ts';
import { aliasArn, keptStatus, nodeOf, type Seen, statusOf } from '../report/status-of.ts';
import { PIPELINES } from '../resource-type.ts';
import { deletePipeline } from './delete-pipeline.ts';
import { followStore, redrive } from './follow-store.ts';
import {
  forgetStoreOfAnotherHost,
  isReachable,
  type Memory,
  QUEUE_SOON,
  refreshQueue,
  refreshStore,
  STORE_SOON,
} from './memory.ts';

/** Seconds between two looks at a store that was reached once and isn't any more. */
const STORE_LATER = 15;
/** Seconds until a pipeline that waits for its region looks by itself; the region calls it earlier. */
const REGION_PATIENCE = 10;

type Overall = NonNullable<Verdict['overall']>;

/** One look at one pipeline: from what it says to what AWS holds, and back into its status. */
export class PipelineReconciler {
  readonly #context: Context;
  readonly #reporter: Reporter;
  readonly #memories = new Map<string, Memory>();

  constructor(context: Context) {
    this.#context = context;
    this.#reporter = new Reporter(context);
  }

  /** Rejects only when Kubernetes itself can't be reached or refuses the operator. */
  async reconcile(key: string): Promise<Next> {
    const pipeline = this.#context.pipelines.get(key);
    if (!pipeline) {
      this.#memories.delete(key);
      return { done: true };
    }
    const memory = this.#memoryOf(key, pipeline);
    const isDeleted = pipeline.metadata.deletionTimestamp !== undefined;
    if (isDeleted && !pipeline.metadata.finalizers?.includes(FINALIZER)) return { done: true };
    if (pipeline.spec.suspend) {
      return await this.#stop(pipeline, memory, {
        reason: 'Suspended',
        message: `spec.suspend is true: nothing is ${isDeleted ? 'removed' : 'touched'} until it is false`,
        terminal: true,
      });
    }
    try {
      return isDeleted ? await this.#delete(pipeline, memory) : await this.#build(pipeline, memory);
    } catch (error) {
      // Without Kubernetes there is nowhere to say anything.
      if (error instanceof KubernetesApiError || error instanceof ServerUnreachableError) throw error;
      const verdict = judge(error);
      if (verdict.is === 'backoff')
        this.#context.logger.warn({ pipeline: key, err: error }, 'could not be worked on');
      if (verdict.is === 'requeue') return { after: verdict.seconds };
      await this.#followStoreAllTheSame(pipeline, memory);
      const terminal = verdict.is === 'terminal';
      const next = await this.#stop(pipeline, memory, { ...verdict, terminal });
      // What the user must mend may lie outside the spec, as in a Secret: look again after a while.
      return terminal ? next : { backoff: true };
    }
  }

  #memoryOf(key: string, { metadata }: WebhookPipeline): Memory {
    const known = this.#memories.get(key);
    if (known?.uid === metadata.uid) return known;
    const memory: Memory = { uid: metadata.uid, codeObjects: new Map() };
    this.#memories.set(key, memory);
    return memory;
  }

  async #build(found: WebhookPipeline, memory: Memory): Promise<Next> {
    const { config, client, pipelines } = this.#context;
    const added = await addFinalizer(client, PIPELINES, found, FINALIZER);
    if (added.kind === 'gone' || added.kind === 'conflict') return { after: 1 };
    if (added.kind === 'written') pipelines.remember(added.object);
    const pipeline = added.kind === 'written' ? added.object : found;

    const key = keyOf(pipeline.metadata);
    const region = regionOf(pipeline, config);
    const board = this.#context.board(region);
    refuseMoves(pipeline, region);
    const rival = rivalOf(pipeline, pipelines.list(), config);
    if (rival) return await this.#waitForPath(pipeline, rival, board);

    const spec = parseSpec(pipeline);
    // The first pass takes a while: say at once that the pipeline is seen, and record where it is to be, which never
    // changes from then on.
    if (!pipeline.status?.endpoint) await this.#begin(pipeline, region);
    const account = await this.#context.account(region);
    board.askGateway();
    const owner = await this.#ownerOf(pipeline, memory);
    // Before the first plan, so that the queue of a pipeline that was built before a restart is not paused for it.
    if (!memory.applied) await refreshStore(memory, account, owner, config.lookSeconds);
    const subject = { pipeline, spec, account, owner, memory };
    const gathered = await gather(this.#context, subject, (zone) => board.askZone(key, zone));
    const { input } = gathered;
    const outcome = await this.#apply(pipeline, account, gathered, memory, board);
    this.#askRoute(key, input, outcome, board);
    if (aliasArn(outcome, 'post-queue') !== undefined)
      await refreshStore(memory, account, owner, config.lookSeconds);
    await refreshQueue(memory, account, owner, config.lookSeconds);

    const findings = [
      ...findingsOf(outcome.nodes),
      ...gatewayFindings(board, outcome, routePath(input.path)),
      ...storeFindings(memory, pipeline, input, outcome),
    ];
    if (findings.length > 0) board.waiting.add(key);
    await this.#tell(pipeline, spec, { input, outcome, memory, offer: board.offer }, findings);
    return this.#nextLook(pipeline, memory, input, outcome, findings);
  }

  async #begin(pipeline: WebhookPipeline, region: string): Promise<void> {
    const overall = { reason: 'Progressing', message: 'has begun', terminal: false };
    const health = healthOf(undefined, undefined, 100, []);
    await this.#reporter.say(
      pipeline,
      { generation: pipeline.metadata.generation, findings: [], health, overall },
      { endpoint: { path: pathOf(pipeline, this.#context.config), region } },
    );
  }

  async #delete(pipeline: WebhookPipeline, memory: Memory): Promise<Next> {
    const { config } = this.#context;
    const owner = await this.#ownerOf(pipeline, memory);
    return await deletePipeline(this.#context, {
      pipeline,
      memory,
      owner,
      say: async (overall) => {
        await this.#stop(pipeline, memory, overall);
      },
      keepWorking: async (account) => {
        const board = this.#context.board(account.region);
        await refreshStore(memory, account, owner, config.lookSeconds);
        const subject = { pipeline, spec: parseSpec(pipeline), account, owner, memory };
        try {
          const gathered = await gather(this.#context, subject, () => {});
          await this.#apply(pipeline, account, gathered, memory, board);
        } catch (error) {
          await this.#followStoreAllTheSame(pipeline, memory);
          throw error;
        }
      },
    });
  }

  async #waitForPath(pipeline: WebhookPipeline, rival: WebhookPipeline, board: RegionBoard): Promise<Next> {
    const { config } = this.#context;
    board.waiting.add(keyOf(pipeline.metadata));
    const finding = pathConflict(pathOf(pipeline, config), rival);
    const health = { status: 'Unknown', reason: 'NotBuilt', message: '' } as const;
    await this.#reporter.say(
      pipeline,
      { generation: pipeline.metadata.generation, findings: [finding], health },
      {},
    );
    return { after: config.lookSeconds };
  }

  async #ownerOf({ metadata }: WebhookPipeline, memory: Memory): Promise<Owner> {
    const { client, cluster, config } = this.#context;
    const { namespace, name, uid, annotations } = metadata;
    memory.namespaceUid ??= (await client.get(namespaces, { name: namespace })).metadata.uid ?? '';
    const identity = { cluster, namespace, name, uid, namespaceUid: memory.namespaceUid };
    return pipelineOwner(identity, config.iamPath, annotations?.[ANNOTATIONS.takeOver] === 'true');
  }

  /** Applies the plan, unless this very plan was applied a moment ago and came to rest. */
  async #apply(
    pipeline: WebhookPipeline,
    account: Account,
    { code, input }: Gathered,
    memory: Memory,
    board: RegionBoard,
  ): Promise<Outcome> {
    const { clock, config, cluster } = this.#context;
    const graph = plan(input, regionOwner(cluster, config.iamPath).prefix);
    const given = board.offer?.given ?? {};
    const requested = pipeline.metadata.annotations?.[ANNOTATIONS.reconcileRequestedAt];
    const planned = fingerprint([graph, given, requested]);
    const { applied } = memory;
    const isFresh =
      applied?.plan === planned &&
      applied.outcome.settled &&
      // What is optional, and still on its way or worth another try.
      applied.outcome.seconds === undefined &&
      applied.outcome.nodes.every(({ state, terminal }) => state !== 'Failed' || terminal) &&
      clock.now() - applied.at < config.resyncSeconds * 1000;
    if (isFresh) return applied.outcome;
    const outcome = await apply(account, graph, input.owner, { given, code });
    memory.applied = { plan: planned, at: clock.now(), outcome };
    forgetStoreOfAnotherHost(memory, outcome);
    this.#reporter.changes(pipeline, outcome);
    const mapping = nodeOf(outcome, 'EventSourceMapping', 'mapping');
    const subject = { pipeline, account, owner: input.owner, memory };
    if (mapping?.state !== 'Ready') await followStore(this.#context, subject);
    else if (input.consuming && mapping.done.some((done) => done.includes('enabled'))) {
      await redrive(this.#context, subject);
    }
    return outcome;
  }

  /** For a pipeline that could not even be planned; what fails on the way is not what its user must know. */
  async #followStoreAllTheSame(pipeline: WebhookPipeline, memory: Memory): Promise<void> {
    try {
      const account = await this.#context.account(regionOf(pipeline, this.#context.config));
      const owner = await this.#ownerOf(pipeline, memory);
      await followStore(this.#context, { pipeline, account, owner, memory });
    } catch (error) {
      this.#context.logger.warn(
        { pipeline: keyOf(pipeline.metadata), err: error },
        'the queue is left as it is',
      );
    }
  }

  #askRoute(key: string, { path, spec }: PlanInput, outcome: Outcome, board: RegionBoard): void {
    const functionArn = aliasArn(outcome, 'pre-queue');
    if (functionArn === undefined || nodeOf(outcome, 'Permission', 'gateway')?.state !== 'Ready') return;
    const { throttle } = spec.endpoint;
    board.askRoute(key, { path: routePath(path), functionArn, ...(throttle && { throttle }) });
  }

  #nextLook(
    { status }: WebhookPipeline,
    memory: Memory,
    { consuming }: PlanInput,
    outcome: Outcome,
    findings: readonly Finding[],
  ): Next {
    const { config, clock } = this.#context;
    // The queue follows the store at once.
    if (isReachable(memory) !== consuming) return { after: 0.01 };
    if (outcome.failed) return { backoff: true };
    const waits = [config.lookSeconds, outcome.seconds ?? Number.POSITIVE_INFINITY];
    if (findings.length > 0) waits.push(REGION_PATIENCE);
    if (memory.queue && memory.queue.depth > 0) waits.push(QUEUE_SOON);
    if (memory.storeAskedAt !== undefined && !isReachable(memory)) {
      waits.push(status?.store?.lastProbeTime === undefined ? STORE_SOON : STORE_LATER);
    }
    return { after: Math.min(...waits) * (1 + clock.random() / 20) };
  }

  /** The status of a pipeline that is built or being built. */
  async #tell(
    pipeline: WebhookPipeline,
    spec: WebhookPipelineSpec,
    seen: Seen,
    findings: readonly Finding[],
  ): Promise<void> {
    const { store, queue } = seen.memory;
    const refused = seen.outcome.nodes.filter(({ node, state }) => node.optional && state === 'Failed');
    const health = healthOf(store, queue, spec.alarms.thresholds.volumeUsedPercent, refused);
    const status = statusOf(seen, pipeline.status, this.#context.config.endpointUrlTemplate);
    await this.#reporter.say(
      pipeline,
      { generation: pipeline.metadata.generation, findings, health },
      status,
    );
  }

  /** The status of a pipeline that can't be worked on now: why, and what is known from before. */
  async #stop(pipeline: WebhookPipeline, memory: Memory, overall: Overall): Promise<Next> {
    const health = healthOf(memory.store, memory.queue, 100, []);
    await this.#reporter.say(
      pipeline,
      { generation: pipeline.metadata.generation, findings: [], health, overall },
      { ...keptStatus(pipeline.status), ...(memory.queue && { queue: memory.queue }) },
    );
    return { after: this.#context.config.lookSeconds };
  }
}
