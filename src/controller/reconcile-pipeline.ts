import {
  ANNOTATIONS,
  CONDITION_TYPES,
  FINALIZER,
  type WebhookPipeline,
  type WebhookPipelineSpec,
  type WebhookPipelineStatus,
  webhookPipelineSpec,
} from '../api/v1alpha1.ts';
import type { Account } from '../aws/account.ts';
import { apply, type Outcome } from '../aws/apply.ts';
import { judge, TerminalError } from '../aws/errors.ts';
import { fingerprint } from '../aws/fingerprint.ts';
import type { Owner } from '../aws/object.ts';
import { startRedrive } from '../aws/queues.ts';
import { namespaces } from '../kubernetes/core-types.ts';
import { isNotFound } from '../kubernetes/errors.ts';
import { addFinalizer } from '../kubernetes/finalizers.ts';
import { keyOf } from '../kubernetes/resource.ts';
import { applyStatus } from '../kubernetes/status.ts';
import { deadLetterQueueName, pipelineOwner, regionOwner, routePath } from '../plan/identity.ts';
import type { PlanInput } from '../plan/input.ts';
import { plan } from '../plan/plan.ts';
import { conditionsOf, type Finding, findingsOf, type Verdict } from './conditions.ts';
import type { Context, Next } from './context.ts';
import { deletePipeline } from './delete-pipeline.ts';
import { pathOf, regionOf, rivalOf } from './endpoint-claim.ts';
import { healthOf, lookAtQueue, lookAtStore } from './health.ts';
import { checkLimits } from './limits.ts';
import { type Memory, PIPELINES } from './pipeline.ts';
import type { RegionBoard } from './region-board.ts';
import { resolveNetwork } from './resolve-network.ts';
import { readSecrets } from './secrets.ts';
import { aliasArn, keptStatus, nodeOf, type Seen, statusOf } from './status-of.ts';

/** Name under which the operator owns the fields of a status. */
const FIELD_MANAGER = 'nami-operator';

/** Seconds between two looks at a store that was never reached, and at one that is not reached any more. */
const STORE_SOON = 1;
const STORE_LATER = 15;
/** Seconds until a pipeline that waits for its region looks by itself; the region calls it earlier. */
const REGION_PATIENCE = 10;
/** Seconds between two looks at a queue that holds something. */
const QUEUE_SOON = 10;

type Overall = NonNullable<Verdict['overall']>;

/** One look at one pipeline: from what it says to what AWS holds, and back into its status. */
export class PipelineReconciler {
  readonly #context: Context;
  readonly #memories = new Map<string, Memory>();

  constructor(context: Context) {
    this.#context = context;
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
      const verdict = judge(error);
      if (verdict.is === 'requeue') return { after: verdict.seconds };
      const terminal = verdict.is === 'terminal';
      const next = await this.#stop(pipeline, memory, { ...verdict, terminal });
      // What the user must mend may lie outside the spec, as in a Secret: look again after a while.
      return terminal ? next : { backoff: true };
    }
  }

  #memoryOf(key: string, { metadata }: WebhookPipeline): Memory {
    const known = this.#memories.get(key);
    if (known?.uid === metadata.uid) return known;
    const memory: Memory = { uid: metadata.uid };
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
    checkLimits(spec, config.allowed);
    // The first pass takes a while: say at once that the pipeline is seen, and record where it is to be, which never
    // changes from then on.
    if (!pipeline.status?.endpoint) await this.#begin(pipeline, region);
    const account = await this.#context.account(region);
    board.askGateway();
    const owner = await this.#ownerOf(pipeline, memory);
    // Before the first plan, so that the queue of a pipeline that was built before a restart is not paused for it.
    if (!memory.applied) await this.#askStore(memory, account, owner);
    const input = await this.#planInput(pipeline, spec, account, owner, memory, (zone) =>
      board.askZone(key, zone),
    );
    const outcome = await this.#apply(pipeline, account, input, memory, board);
    this.#askRoute(key, input, outcome, board);
    if (aliasArn(outcome, 'post-queue') !== undefined) await this.#askStore(memory, account, owner);
    await this.#readQueue(memory, account, owner);

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
    await this.#say(
      pipeline,
      { generation: pipeline.metadata.generation, findings: [], health, overall },
      { endpoint: { path: pathOf(pipeline, this.#context.config), region } },
    );
  }

  async #delete(pipeline: WebhookPipeline, memory: Memory): Promise<Next> {
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
        await this.#askStore(memory, account, owner);
        const input = await this.#planInput(pipeline, parseSpec(pipeline), account, owner, memory, () => {});
        await this.#apply(pipeline, account, input, memory, board);
      },
    });
  }

  async #waitForPath(pipeline: WebhookPipeline, rival: WebhookPipeline, board: RegionBoard): Promise<Next> {
    const { config } = this.#context;
    board.waiting.add(keyOf(pipeline.metadata));
    const finding: Finding = {
      part: 'Gateway',
      reason: 'PathConflict',
      message: `the path ${pathOf(pipeline, config)} belongs to the older pipeline ${keyOf(rival.metadata)}: make this one anew with another spec.endpoint.path, or wait until that one is deleted`,
      terminal: true,
      failed: true,
    };
    const health = { status: 'Unknown', reason: 'NotBuilt', message: '' } as const;
    await this.#say(pipeline, { generation: pipeline.metadata.generation, findings: [finding], health }, {});
    return { after: config.lookSeconds };
  }

  async #ownerOf({ metadata }: WebhookPipeline, memory: Memory): Promise<Owner> {
    const { client, cluster, config } = this.#context;
    const { namespace, name, uid, annotations } = metadata;
    memory.namespaceUid ??= (await client.get(namespaces, { name: namespace })).metadata.uid ?? '';
    const identity = { cluster, namespace, name, uid, namespaceUid: memory.namespaceUid };
    return pipelineOwner(identity, config.iamPath, annotations?.[ANNOTATIONS.takeOver] === 'true');
  }

  async #planInput(
    pipeline: WebhookPipeline,
    spec: WebhookPipelineSpec,
    account: Account,
    owner: Owner,
    memory: Memory,
    askZone: (zone: string) => void,
  ): Promise<PlanInput> {
    const { client, config, code } = this.#context;
    const secrets = await readSecrets(client, pipeline.metadata.namespace, spec);
    const network = await resolveNetwork(account, owner, spec, askZone);
    const { partition, region, accountId } = account;
    return {
      owner,
      spec,
      path: pathOf(pipeline, config),
      place: { partition, region, accountId },
      settings: { permissionsBoundaryArn: config.permissionsBoundaryArn },
      secrets,
      ...(network && { network }),
      code,
      consuming: isReachable(memory),
    };
  }

  /** Applies the plan, unless this very plan was applied a moment ago and came to rest. */
  async #apply(
    pipeline: WebhookPipeline,
    account: Account,
    input: PlanInput,
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
      clock.now() - applied.at < config.resyncSeconds * 1000;
    if (isFresh) return applied.outcome;
    const outcome = await apply(account, graph, input.owner, { given });
    memory.applied = { plan: planned, at: clock.now(), outcome };
    forgetStoreOfAnotherHost(memory, outcome);
    this.#report(pipeline, outcome);
    // Resumed after an outage: what went to the dead-letter queue meanwhile gets another chance.
    const mapping = nodeOf(outcome, 'EventSourceMapping', 'mapping');
    if (input.consuming && mapping?.done.some((done) => done.includes('enabled'))) {
      await this.#redrive(pipeline, account, input.owner);
    }
    return outcome;
  }

  async #redrive(pipeline: WebhookPipeline, account: Account, owner: Owner): Promise<void> {
    const queue = await lookAtQueue(account, owner);
    if (!queue || queue.deadLetters === 0) return;
    await startRedrive(account, deadLetterQueueName(owner));
    this.#context.events.record(pipeline, {
      type: 'Normal',
      reason: 'Redriven',
      action: 'Redrive',
      message: `the store answers again: ${queue.deadLetters} events go from the dead-letter queue back into the queue`,
    });
  }

  #askRoute(key: string, { path, spec }: PlanInput, outcome: Outcome, board: RegionBoard): void {
    const functionArn = aliasArn(outcome, 'pre-queue');
    if (functionArn === undefined || nodeOf(outcome, 'Permission', 'gateway')?.state !== 'Ready') return;
    const { throttle } = spec.endpoint;
    board.askRoute(key, { path: routePath(path), functionArn, ...(throttle && { throttle }) });
  }

  async #askStore(memory: Memory, account: Account, owner: Owner): Promise<void> {
    const { clock, config } = this.#context;
    const age = clock.now() - (memory.storeAskedAt ?? Number.NEGATIVE_INFINITY);
    const pause = isReachable(memory) ? config.lookSeconds : STORE_SOON;
    // A little earlier than the pause: the look that was meant for it must not come too early.
    if (age < pause * 900) return;
    memory.storeAskedAt = clock.now();
    const view = await lookAtStore(account, owner);
    // A function that doesn't answer says nothing about the store.
    if (view.is !== 'unknown' || !isReachable(memory)) memory.store = view;
  }

  async #readQueue(memory: Memory, account: Account, owner: Owner): Promise<void> {
    const { clock, config } = this.#context;
    const age = clock.now() - (memory.queueReadAt ?? Number.NEGATIVE_INFINITY);
    if (age < Math.min(QUEUE_SOON, config.lookSeconds) * 900) return;
    const view = await lookAtQueue(account, owner);
    if (!view) return;
    memory.queueReadAt = clock.now();
    memory.queue = view;
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
    await this.#say(pipeline, { generation: pipeline.metadata.generation, findings, health }, status);
  }

  /** The status of a pipeline that can't be worked on now: why, and what is known from before. */
  async #stop(pipeline: WebhookPipeline, memory: Memory, overall: Overall): Promise<Next> {
    const health = healthOf(memory.store, memory.queue, 100, []);
    await this.#say(
      pipeline,
      { generation: pipeline.metadata.generation, findings: [], health, overall },
      { ...keptStatus(pipeline.status), ...(memory.queue && { queue: memory.queue }) },
    );
    return { after: this.#context.config.lookSeconds };
  }

  async #say(
    pipeline: WebhookPipeline,
    verdict: Verdict,
    status: Partial<WebhookPipelineStatus>,
  ): Promise<void> {
    const { client, clock, pipelines } = this.#context;
    const conditions = conditionsOf(verdict);
    this.#announce(pipeline, conditions);
    try {
      const written = await applyStatus(
        { client, clock, fieldManager: FIELD_MANAGER, conditionTypes: CONDITION_TYPES },
        PIPELINES,
        // The newest that is known, lest a status is compared with one that is long replaced.
        pipelines.get(keyOf(pipeline.metadata)) ?? pipeline,
        { ...status, observedGeneration: verdict.generation, conditions },
      );
      if (written.kind === 'written') pipelines.remember(written.object);
    } catch (error) {
      // Gone meanwhile: there is no one left to tell.
      if (!isNotFound(error)) throw error;
    }
  }

  /** An Event when Ready gets another reason. */
  #announce(pipeline: WebhookPipeline, conditions: ReturnType<typeof conditionsOf>): void {
    const now = conditions.find(({ type }) => type === 'Ready');
    const before = pipeline.status?.conditions?.find(({ type }) => type === 'Ready');
    if (!now || (before?.status === now.status && before.reason === now.reason)) return;
    const { type: _, status, reason, message } = now;
    const isNormal =
      status === 'True' || ['Progressing', 'Deleting', 'Draining', 'Suspended'].includes(reason);
    this.#context.events.record(pipeline, {
      type: isNormal ? 'Normal' : 'Warning',
      reason,
      action: 'Reconcile',
      message: message || reason,
    });
  }

  /** Log lines for each object, and one Event for all that was done in this pass. */
  #report(pipeline: WebhookPipeline, outcome: Outcome): void {
    const { logger, events } = this.#context;
    const key = keyOf(pipeline.metadata);
    for (const { node, done, state, reason, message } of outcome.nodes) {
      const object = { pipeline: key, object: `${node.kind} ${node.id}` };
      if (done.length > 0) logger.info({ ...object, done, state }, 'changed in AWS');
      if (state === 'Failed') logger.warn({ ...object, reason, cause: message }, 'could not be made in AWS');
    }
    for (const { kind, id, why, message } of outcome.leftovers) {
      if (why === 'removing')
        logger.info({ pipeline: key, object: `${kind} ${id}` }, 'is no longer wanted in AWS');
      if (why === 'failed') {
        logger.warn(
          { pipeline: key, object: `${kind} ${id}`, cause: message },
          'could not be removed from AWS',
        );
      }
    }
    const changes = outcome.nodes
      .filter(({ done }) => done.length > 0)
      .map(({ node, done }) => `${node.kind} ${node.id} ${done.join(', ')}`);
    if (changes.length === 0) return;
    events.record(pipeline, {
      type: 'Normal',
      reason: 'Applied',
      action: 'Apply',
      message: changes.join('; '),
    });
  }
}

const isReachable = ({ store }: Memory) => store?.is === 'reachable';

/** What was known of the store on a host that is gone says nothing of the next one: the queue pauses until it answers. */
function forgetStoreOfAnotherHost(memory: Memory, outcome: Outcome): void {
  const instance = nodeOf(outcome, 'Instance', 'host');
  const host = instance?.state === 'Ready' ? instance.id : undefined;
  if (memory.host !== undefined && memory.host !== host) {
    delete memory.store;
    delete memory.storeAskedAt;
  }
  if (host === undefined) delete memory.host;
  else memory.host = host;
}

/** The API server has checked it; a rule that came later may still refuse what was stored before. */
function parseSpec({ spec }: WebhookPipeline): WebhookPipelineSpec {
  const parsed = webhookPipelineSpec.safeParse(spec);
  if (parsed.success) return parsed.data;
  const words = parsed.error.issues.map(({ path, message }) => `spec.${path.join('.')}: ${message}`);
  throw new TerminalError('SpecInvalid', words.join('; '), { cause: parsed.error });
}

/** The API server refuses these as well, unless the status was lost in between. */
function refuseMoves({ spec, status }: WebhookPipeline, region: string): void {
  if (spec.region !== undefined && spec.region !== region) {
    throw new TerminalError(
      'RegionChanged',
      `the pipeline is in ${region}, which can't be changed: set spec.region back, or make a new pipeline`,
    );
  }
  const path = status?.endpoint?.path;
  if (path !== undefined && spec.endpoint?.path !== undefined && spec.endpoint.path !== path) {
    throw new TerminalError(
      'PathChanged',
      `senders hold the path ${path}, which can't be changed: set spec.endpoint.path back, or make a new pipeline`,
    );
  }
}

function gatewayFindings({ offer }: RegionBoard, outcome: Outcome, path: string): Finding[] {
  const functionArn = aliasArn(outcome, 'pre-queue');
  if (functionArn !== undefined && offer?.shown.has(functionArn)) return [];
  const problem = offer?.problems.get(path) ?? offer?.problems.get('');
  return [
    {
      part: 'Gateway',
      reason: problem?.reason ?? 'Progressing',
      message: problem?.message ?? `Route ${path}: waits for its deployment`,
      terminal: problem?.terminal ?? false,
      failed: problem !== undefined,
    },
  ];
}

/** A store counts as built once it was reached; how it is afterwards is told by Healthy. */
function storeFindings(
  { store }: Memory,
  { status }: WebhookPipeline,
  { consuming }: PlanInput,
  outcome: Outcome,
): Finding[] {
  const host = nodeOf(outcome, 'Instance', 'host')?.id;
  const wasReached = status?.store?.lastProbeTime !== undefined && status.store.host === host;
  if (consuming || wasReached) return [];
  const isReached = store?.is === 'reachable';
  return [
    {
      part: 'Store',
      reason: 'Progressing',
      message: `Store: ${isReached ? 'answers, and is about to get events' : (store?.why ?? 'waits for its first answer')}`,
      terminal: false,
      failed: false,
    },
  ];
}
