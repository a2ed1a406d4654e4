import { FINALIZER, type WebhookPipeline } from '../../api/v1alpha1.ts';
import { judge } from '../../aws/account/errors.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { isForbidden, KubernetesApiError, ServerUnreachableError } from '../../kubernetes/errors.ts';
import { addFinalizer } from '../../kubernetes/finalizers.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import type { Context, Next } from '../context.ts';
import { pathOf, regionOf, rivalOf } from '../input/endpoint-claim.ts';
import { namespaceUidOf, ownerIn } from '../input/owner-of.ts';
import { parseSpec, refuseMoves } from '../input/stored-spec.ts';
import type { Overall } from '../report/conditions.ts';
import { pathConflict } from '../report/findings.ts';
import { healthOf } from '../report/health.ts';
import { Reporter } from '../report/reporter.ts';
import { keptStatus } from '../report/status.ts';
import { PIPELINES } from '../resource-type.ts';
import { build } from './build.ts';
import { deletePipeline } from './delete-pipeline.ts';
import { followStore } from './follow-store.ts';
import { lookAtStore } from './look-at-store.ts';
import { type Memory, newMemory } from './memory.ts';
import { redriveIfDue } from './redrive.ts';
import { runPipeline } from './run-pipeline.ts';
import { viewSurroundings } from './surroundings.ts';

/** One look at one pipeline: which of its lives it is in, and what is said where that look fails. */
export class PipelineReconciler {
  readonly #context: Context;
  readonly #reporter: Reporter;
  readonly #memories = new Map<string, Memory>();

  constructor(context: Context) {
    this.#context = context;
    this.#reporter = new Reporter(context);
  }

  /**
   * Never rejects for what is wrong outside the operator: that is said, and tried again. `signal` aborts when somebody wants
   * something of the pipeline meanwhile.
   */
  async reconcile(key: string, signal?: AbortSignal): Promise<Next> {
    const pipeline = this.#context.pipelines.get(key);
    if (!pipeline) {
      this.#memories.delete(key);
      return { done: true };
    }
    const isDeleted = pipeline.metadata.deletionTimestamp !== undefined;
    if (isDeleted && !pipeline.metadata.finalizers?.includes(FINALIZER)) return { done: true };
    const memory = this.#memoryOf(key, pipeline);
    if (pipeline.spec.suspend) return await this.#suspend(pipeline, memory);
    try {
      if (isDeleted) return await this.#delete(pipeline, memory);
      const next = await this.#build(pipeline, memory, signal);
      delete memory.trouble;
      return next;
    } catch (error) {
      return await this.#fail(pipeline, memory, error);
    }
  }

  /** What is remembered of a pipeline, for reports. */
  memory({ metadata }: WebhookPipeline): Memory | undefined {
    const known = this.#memories.get(keyOf(metadata));
    return known?.uid === metadata.uid ? known : undefined;
  }

  #memoryOf(key: string, { metadata }: WebhookPipeline): Memory {
    const known = this.#memories.get(key);
    if (known?.uid === metadata.uid) return known;
    const memory = newMemory(metadata.uid);
    this.#memories.set(key, memory);
    return memory;
  }

  async #build(found: WebhookPipeline, memory: Memory, signal: AbortSignal | undefined): Promise<Next> {
    const { config, client, pipelines } = this.#context;
    const added = await addFinalizer(client, PIPELINES, found, FINALIZER);
    if (added.kind === 'gone' || added.kind === 'conflict') return { after: 1, urgency: 'changed' };
    if (added.kind === 'written') pipelines.remember(added.object);
    const pipeline = added.kind === 'written' ? added.object : found;

    const region = regionOf(pipeline, config);
    refuseMoves(pipeline, region);
    const rival = rivalOf(pipeline, pipelines.list(), config);
    if (rival) return await this.#waitForPath(pipeline, memory, rival);
    // Its turn may be a while off: it is said at once that the pipeline is seen, and where it is to be.
    if (!pipeline.status?.endpoint && !memory.announced)
      return await this.#announce(pipeline, memory, region);

    const spec = parseSpec(pipeline);
    const account = await this.#context.account(region);
    const owner = await this.#ownerOf(pipeline, memory);
    const subject = { pipeline, spec, account, owner, memory, signal };
    return await runPipeline(this.#context, this.#reporter, subject);
  }

  /** The endpoint's region and path never change from now on. */
  async #announce(pipeline: WebhookPipeline, memory: Memory, region: string): Promise<Next> {
    const overall: Overall = {
      reason: 'Progressing',
      message: 'has been seen, and is worked on next',
      terminal: false,
    };
    const status = { endpoint: { path: pathOf(pipeline, this.#context.config), region } };
    memory.announced = true;
    await this.#say(pipeline, memory, overall, status);
    return { after: 0, urgency: 'unbegun' };
  }

  async #delete(pipeline: WebhookPipeline, memory: Memory): Promise<Next> {
    const { config } = this.#context;
    const account = await this.#context.account(regionOf(pipeline, config));
    const owner = await this.#ownerOf(pipeline, memory);
    return await deletePipeline(this.#context, {
      pipeline,
      account,
      owner,
      memory,
      say: async (overall) => {
        await this.#say(pipeline, memory, overall);
      },
      keepWorking: async () => {
        try {
          await lookAtStore(memory, account, owner, config.lookSeconds);
          const subject = { pipeline, spec: parseSpec(pipeline), account, owner, memory };
          const surroundings = await viewSurroundings(this.#context, subject);
          const { outcome } = await build(this.#context, this.#reporter, subject, surroundings);
          await redriveIfDue(this.#context, subject, outcome);
        } catch (error) {
          await this.#followStoreAllTheSame(pipeline, memory);
          throw error;
        }
      },
    });
  }

  async #suspend(pipeline: WebhookPipeline, memory: Memory): Promise<Next> {
    delete memory.trouble;
    const isSaid = await this.#reporter.saySuspended(pipeline, keptStatus(pipeline.status));
    return isSaid ? { after: this.#context.config.resyncSeconds, urgency: 'routine' } : { backoff: true };
  }

  async #waitForPath(pipeline: WebhookPipeline, memory: Memory, rival: WebhookPipeline): Promise<Next> {
    const { config } = this.#context;
    const report = {
      generation: pipeline.metadata.generation,
      findings: [pathConflict(pathOf(pipeline, config), rival)],
      health: healthOf(memory.store, undefined, 100, []),
    };
    const isSaid = await this.#reporter.say(pipeline, report, {});
    return isSaid ? { after: config.lookSeconds, urgency: 'routine' } : { backoff: true };
  }

  async #ownerOf(pipeline: WebhookPipeline, memory: Memory): Promise<Owner> {
    memory.namespaceUid ??= await namespaceUidOf(this.#context, pipeline);
    return ownerIn(this.#context, pipeline, memory.namespaceUid);
  }

  /** Says why a look came to no end, keeps the queue safe meanwhile, and tries again: soon at first, then less often. */
  async #fail(pipeline: WebhookPipeline, memory: Memory, error: unknown): Promise<Next> {
    const { config } = this.#context;
    if (error instanceof KubernetesApiError || error instanceof ServerUnreachableError) {
      this.#logOnce(pipeline, memory, error.message, { reason: 'KubernetesError', cause: error.message });
      // It lasts until somebody grants it, unlike what else the API server may answer.
      if (isForbidden(error)) {
        const message = `Kubernetes refuses the operator a right, so that nothing of the pipeline is looked after: grant it as the chart does (Kubernetes says: ${error.message})`;
        await this.#say(pipeline, memory, { reason: 'AccessDenied', message, terminal: false });
      }
      return { backoff: true, atMostSeconds: config.lookSeconds };
    }
    const judged = judge(error);
    if (judged.is === 'requeue') return { after: judged.seconds, urgency: 'begun' };
    const { reason, message } = judged;
    // A fault of ours is worth its stack; what the world lacks is said in one line.
    const details = reason === 'InternalError' ? { err: error } : { reason, cause: message };
    this.#logOnce(pipeline, memory, message, details);
    await this.#followStoreAllTheSame(pipeline, memory);
    await this.#say(pipeline, memory, { reason, message, terminal: judged.is === 'terminal' });
    // What the user must mend may lie outside the spec, as in a Secret, and often comes a moment later.
    return { backoff: true, ...(judged.is === 'terminal' && { atMostSeconds: config.lookSeconds }) };
  }

  #logOnce({ metadata }: WebhookPipeline, memory: Memory, trouble: string, details: object): void {
    if (memory.trouble === trouble) return;
    memory.trouble = trouble;
    this.#context.logger.warn({ pipeline: keyOf(metadata), ...details }, 'could not be worked on');
  }

  /** For a pipeline that could not even be planned; what fails on the way is not what its user must know. */
  async #followStoreAllTheSame(pipeline: WebhookPipeline, memory: Memory): Promise<void> {
    try {
      const account = await this.#context.account(regionOf(pipeline, this.#context.config));
      const owner = await this.#ownerOf(pipeline, memory);
      await followStore(this.#context, { pipeline, account, owner, memory });
    } catch (error) {
      const cause = judge(error).message;
      this.#context.logger.info({ pipeline: keyOf(pipeline.metadata), cause }, 'the queue is left as it is');
    }
  }

  /** The status of a pipeline that can't be worked on now: why, and what is known from before. */
  async #say(
    pipeline: WebhookPipeline,
    memory: Memory,
    overall: Overall,
    status: Parameters<Reporter['say']>[2] = keptStatus(pipeline.status),
  ): Promise<boolean> {
    const report = {
      generation: pipeline.metadata.generation,
      findings: [],
      health: healthOf(memory.store, memory.queue, 100, []),
      overall,
    };
    return await this.#reporter.say(pipeline, report, {
      ...status,
      ...(memory.queue && { queue: memory.queue }),
    });
  }
}
