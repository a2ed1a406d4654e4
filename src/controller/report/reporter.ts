import { CONDITION_TYPES, type WebhookPipeline, type WebhookPipelineStatus } from '../../api/v1alpha1.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import type { Leftover } from '../../aws/graph/leftover.ts';
import { isNotFound } from '../../kubernetes/errors.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import { applyStatus, type ConditionNow } from '../../kubernetes/status.ts';
import type { Context } from '../context.ts';
import { PIPELINES } from '../resource-type.ts';
import { conditionsOf, type Report } from './conditions.ts';
import { type Drifts, driftNote, driftWords } from './drift.ts';
import { withOutOfService } from './out-of-service.ts';
import { suspendedConditions } from './suspended.ts';

/** Name under which the operator owns the fields of a status. */
const FIELD_MANAGER = 'nami-operator';

/** Reasons that need nobody's attention. */
const CALM = new Set(['Ready', 'Progressing', 'Deleting', 'Draining', 'Suspended']);

/** Tells the world about a pipeline: in its status, by Events, in the log. */
export class Reporter {
  readonly #context: Pick<Context, 'client' | 'clock' | 'pipelines' | 'events' | 'logger'>;

  constructor(context: Pick<Context, 'client' | 'clock' | 'pipelines' | 'events' | 'logger'>) {
    this.#context = context;
  }

  /**
   * Writes the whole status, if it says something new, and after it an Event when Ready gets another reason. Answers
   * whether the status says it now: what can't be written must not stop the work that it speaks of.
   */
  async say(
    pipeline: WebhookPipeline,
    report: Report,
    status: Partial<WebhookPipelineStatus>,
  ): Promise<boolean> {
    return await this.#write(pipeline, conditionsOf(withOutOfService(report, pipeline.spec)), {
      ...status,
      observedGeneration: report.generation,
    });
  }

  /** The same for a pipeline that nothing is done for. */
  async saySuspended(pipeline: WebhookPipeline, status: Partial<WebhookPipelineStatus>): Promise<boolean> {
    const { generation, deletionTimestamp } = pipeline.metadata;
    const before = pipeline.status?.conditions;
    const conditions = suspendedConditions(before, generation, deletionTimestamp !== undefined);
    return await this.#write(pipeline, conditions, { ...status, observedGeneration: generation });
  }

  async #write(
    pipeline: WebhookPipeline,
    conditions: readonly ConditionNow[],
    status: Partial<WebhookPipelineStatus>,
  ): Promise<boolean> {
    const { client, clock, pipelines, logger } = this.#context;
    // The newest that is known, lest a status is compared with one that is long replaced.
    const known = pipelines.get(keyOf(pipeline.metadata)) ?? pipeline;
    try {
      const written = await applyStatus(
        { client, clock, fieldManager: FIELD_MANAGER, conditionTypes: CONDITION_TYPES },
        PIPELINES,
        known,
        { ...status, conditions },
      );
      if (written.kind === 'written') pipelines.remember(written.object);
    } catch (error) {
      // Gone meanwhile: there is no one left to tell.
      if (isNotFound(error)) return true;
      const cause = error instanceof Error ? error.message : String(error);
      logger.warn(
        { pipeline: keyOf(pipeline.metadata), cause },
        'the status could not be written; the work goes on',
      );
      return false;
    }
    this.#announce(known, conditions);
    this.#announceTarget(known, status);
    return true;
  }

  /** An Event when Ready gets another reason. */
  #announce(pipeline: WebhookPipeline, conditions: readonly ConditionNow[]): void {
    const now = conditions.find(({ type }) => type === 'Ready');
    const before = pipeline.status?.conditions?.find(({ type }) => type === 'Ready');
    if (!now || (before?.status === now.status && before.reason === now.reason)) return;
    const { reason, message } = now;
    this.#context.events.record(pipeline, {
      type: CALM.has(reason) ? 'Normal' : 'Warning',
      reason,
      action: 'Reconcile',
      message: message || reason,
    });
  }

  /** An Event when the domain name of the endpoint has to lead elsewhere in DNS than before. */
  #announceTarget(pipeline: WebhookPipeline, { endpoint }: Partial<WebhookPipelineStatus>): void {
    const target = endpoint?.dnsTarget;
    if (target === undefined || target === pipeline.status?.endpoint?.dnsTarget) return;
    this.#context.events.record(pipeline, {
      type: 'Normal',
      reason: 'DNSTarget',
      action: 'Reconcile',
      message: `the operator's domain name for this endpoint has to lead to ${target} in DNS, by a CNAME or an alias record`,
    });
  }

  /**
   * Log lines for what was done and what went wrong in a pass, an Event for all that was done, and one for what of it put
   * right what somebody else had done. `last`: the pass before; `removals`: what it has removed, strangers among it.
   */
  changes(
    pipeline: WebhookPipeline,
    outcome: Outcome,
    {
      last,
      drifts = { nodes: [] },
      removals = [],
    }: { last: Outcome | undefined; drifts?: Drifts; removals?: readonly Leftover[] },
  ): void {
    const { logger, events } = this.#context;
    const key = keyOf(pipeline.metadata);
    for (const { node, done, state } of outcome.nodes) {
      const object = `${node.kind} ${node.id}`;
      if (done.length > 0) logger.info({ pipeline: key, object, done, state }, 'changed in AWS');
    }
    for (const { kind, id, why } of removals)
      logger.info({ pipeline: key, object: `${kind} ${id}`, done: [why] }, 'changed in AWS');
    const { nodes, strangers = [] } = drifts;
    if (nodes.length + strangers.length > 0) {
      const cause = driftWords(drifts);
      logger.warn({ pipeline: key, cause }, 'somebody else changed this in AWS, and it is put right');
      events.record(pipeline, driftNote(drifts));
    }
    // What stays wrong is said once.
    const said = new Set((last ? troublesOf(last) : []).map(({ text }) => text));
    for (const { object, reason, cause, text } of troublesOf(outcome)) {
      if (!said.has(text))
        logger.warn({ pipeline: key, object, reason, cause }, 'is not as it should be in AWS');
    }
    const changes = [
      ...outcome.nodes
        .filter((each) => each.done.length > 0 && !nodes.includes(each))
        .map(({ node, done }) => `${node.kind} ${node.id} ${done.join(', ')}`),
      ...removals.filter((each) => !strangers.includes(each)).map(({ kind, id }) => `${kind} ${id} removed`),
    ];
    if (changes.length === 0) return;
    events.record(pipeline, {
      type: 'Normal',
      reason: 'Applied',
      action: 'Apply',
      message: changes.join('; '),
    });
  }
}

/** What went wrong in a pass; `text` tells one trouble from another. */
function troublesOf({ nodes, leftovers }: Outcome) {
  const failed = [
    ...nodes
      .filter(({ state }) => state === 'Failed')
      .map(({ node, reason, message }) => ({ object: `${node.kind} ${node.id}`, reason, cause: message })),
    ...leftovers
      .filter(({ why }) => why === 'failed')
      .map(({ kind, id, reason, message }) => ({ object: `${kind} ${id}`, reason, cause: message })),
  ];
  return failed.map((trouble) => ({ ...trouble, text: Object.values(trouble).join(' ') }));
}
