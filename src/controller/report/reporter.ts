import { CONDITION_TYPES, type WebhookPipeline, type WebhookPipelineStatus } from '../../api/v1alpha1.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import { isNotFound } from '../../kubernetes/errors.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import { applyStatus } from '../../kubernetes/status.ts';
import type { Context } from '../context.ts';
import { PIPELINES } from '../resource-type.ts';
import { conditionsOf, type Verdict } from './conditions.ts';

/** Name under which the operator owns the fields of a status. */
const FIELD_MANAGER = 'nami-operator';

/** Reasons that need nobody's attention. */
const CALM = new Set(['Ready', 'Progressing', 'Deleting', 'Draining', 'Suspended']);

/** Tells the world about a pipeline: in its status, by Events, in the log. */
export class Reporter {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Writes the whole status, if it says something new, and an Event when Ready gets another reason. */
  async say(
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
    const { reason, message } = now;
    this.#context.events.record(pipeline, {
      type: CALM.has(reason) ? 'Normal' : 'Warning',
      reason,
      action: 'Reconcile',
      message: message || reason,
    });
  }

  /** Log lines for each object, and one Event for all that was done in this pass. */
  changes(pipeline: WebhookPipeline, outcome: Outcome): void {
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
