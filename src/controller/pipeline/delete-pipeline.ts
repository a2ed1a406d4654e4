import { ANNOTATIONS, FINALIZER, type WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { judge } from '../../aws/account/errors.ts';
import { apply } from '../../aws/graph/apply.ts';
import { type Leftover, tagOwned } from '../../aws/graph/remove-unwanted.ts';
import { type Owner, TAGS } from '../../aws/object/owner.ts';
import { fromRfc3339 } from '../../clock.ts';
import { removeFinalizer } from '../../kubernetes/finalizers.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import { aliasArnOf } from '../../plan/identity.ts';
import type { Context, Next } from '../context.ts';
import { regionOf } from '../input/endpoint-claim.ts';
import type { Verdict } from '../report/conditions.ts';
import { lookAtQueue } from '../report/health.ts';
import { PIPELINES } from '../resource-type.ts';
import type { Memory } from './memory.ts';

/** What a deletion needs of the reconcile that it is a part of. */
export interface Deletion {
  readonly pipeline: WebhookPipeline;
  readonly memory: Memory;
  readonly owner: Owner;
  /** Writes the status. */
  readonly say: (overall: NonNullable<Verdict['overall']>) => Promise<void>;
  /** Keeps the pipeline at work, so that its queue empties. Fails as a build does. */
  readonly keepWorking: (account: Account) => Promise<void>;
}

/** Seconds between two looks at what takes time. */
const LOOK = 1;
const LOOK_AT_QUEUE = 2;
const LOOK_LATER = 30;

/**
 * Takes a pipeline down: its route first, then the queue is drained, then all it has in AWS is removed, and the
 * finalizer goes when all of it was seen absent. It needs neither a valid spec nor Secrets. What the volume's reclaim
 * policy keeps stays, and so do the region's shared objects.
 */
export async function deletePipeline(context: Context, deletion: Deletion): Promise<Next> {
  const { pipeline, owner } = deletion;
  const region = regionOf(pipeline, context.config);
  const account = await context.account(region);
  if (pipeline.spec.deletionPolicy === 'Retain') {
    await tagOwned(account, owner, { [TAGS.retained]: 'true' });
    return await finish(context, deletion, []);
  }

  const board = context.board(region);
  const key = keyOf(pipeline.metadata);
  board.askRemoval(key, aliasArnOf(account, owner, 'pre-queue'));
  if (!board.isGone(key)) {
    board.waiting.add(key);
    const problem = board.offer?.problems.get('');
    await deletion.say({
      reason: problem?.reason ?? 'Deleting',
      message: problem?.message ?? 'the endpoint is being taken away',
      terminal: false,
    });
    return { after: LOOK };
  }

  const waiting = await drain(context, deletion, account);
  if (waiting) return waiting;

  const outcome = await apply(account, [], owner);
  for (const { kind, id, why, message } of outcome.leftovers) {
    context.logger.info(
      { pipeline: key, object: `${kind} ${id}`, state: why, cause: message },
      'is left in AWS',
    );
  }
  if (!outcome.settled) {
    await deletion.say(removing(outcome.leftovers));
    return outcome.failed ? { backoff: true } : { after: outcome.seconds ?? LOOK };
  }
  return await finish(
    context,
    deletion,
    outcome.leftovers.filter(({ why }) => why === 'kept'),
  );
}

/** Answers what to do while events are left; nothing when the queues are empty or the user gives the events up. */
async function drain(context: Context, deletion: Deletion, account: Account): Promise<Next | undefined> {
  const { config, clock } = context;
  const { pipeline, memory, owner } = deletion;
  const queue = await lookAtQueue(account, owner);
  if (!queue || pipeline.metadata.annotations?.[ANNOTATIONS.discardEvents] === 'true') return undefined;
  memory.queue = queue;
  const giveUp = `, or annotate the pipeline with ${ANNOTATIONS.discardEvents}=true to lose them`;

  if (queue.depth > 0) {
    delete memory.emptySince;
    const trouble = await attempt(() => deletion.keepWorking(account));
    const began = fromRfc3339(pipeline.metadata.deletionTimestamp ?? '');
    const isLate = clock.now() - began > config.drainSeconds * 1000;
    const cause = trouble ?? (memory.store?.is === 'unreachable' ? memory.store.why : undefined);
    await deletion.say({
      reason: isLate ? 'QueueNotEmpty' : 'Draining',
      message: `${queue.depth} events are still in the queue${cause === undefined ? '' : ` and are not stored: ${cause}`}${isLate ? `; mend that${giveUp}` : ''}`,
      terminal: isLate,
    });
    return { after: isLate ? LOOK_LATER : LOOK_AT_QUEUE };
  }
  if (queue.deadLetters > 0) {
    await deletion.say({
      reason: 'DeadLettersLeft',
      message: `${queue.deadLetters} events that could not be stored or processed are in the dead-letter queue: redrive or save them${giveUp}`,
      terminal: true,
    });
    return { after: LOOK_LATER };
  }
  // The counts of SQS lag behind: empty must be seen for a while.
  memory.emptySince ??= clock.now();
  const left = config.queueSettleSeconds - (clock.now() - memory.emptySince) / 1000;
  if (left <= 0) return undefined;
  await deletion.say({ reason: 'Draining', message: 'the queue looks empty', terminal: false });
  return { after: Math.min(left, LOOK_AT_QUEUE) };
}

async function attempt(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return judge(error).message;
  }
}

function removing(leftovers: readonly Leftover[]): NonNullable<Verdict['overall']> {
  const open = leftovers.filter(({ why }) => why !== 'kept');
  const words = open.map(
    ({ kind, id, message }) => `${kind} ${id}${message === undefined ? '' : ` (${message})`}`,
  );
  const failed = open.some(({ why }) => why === 'failed');
  return {
    reason: failed ? 'DeletionFailed' : 'Deleting',
    message: `${failed ? 'can not remove' : 'removing'} ${words.join(', ')}`,
    terminal: false,
  };
}

async function finish(context: Context, deletion: Deletion, kept: readonly Leftover[]): Promise<Next> {
  const { client, events, config } = context;
  const { pipeline } = deletion;
  const retained = pipeline.spec.deletionPolicy === 'Retain';
  if (kept.length > 0 || retained) {
    const words = kept.map(({ kind, id }) => `${kind} ${id}`).join(' and ');
    events.record(pipeline, {
      type: 'Normal',
      reason: 'Kept',
      action: 'Delete',
      message: retained
        ? 'everything stays in AWS, tagged nami.dev/retained, since deletionPolicy is Retain'
        : `${words} stay in AWS: a pipeline of the same name in this namespace takes them back, events and all`,
    });
    await events.flush();
  }
  const removed = await removeFinalizer(client, PIPELINES, pipeline, FINALIZER);
  if (removed.kind === 'conflict') return { after: LOOK };
  context.board(regionOf(pipeline, config)).forget(keyOf(pipeline.metadata));
  return { done: true };
}
