import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import { FINALIZER, RECLAIM_POLICIES } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { judge } from '../../aws/account/errors.ts';
import { LAST } from '../../aws/calls/last-snapshot.ts';
import { isRedriveDue } from '../../aws/calls/queues.ts';
import { snapshotsOf } from '../../aws/calls/snapshots.ts';
import { apply } from '../../aws/graph/apply.ts';
import { isOpen, type Leftover } from '../../aws/graph/leftover.ts';
import type { Reclaim } from '../../aws/graph/reclaim.ts';
import { tagOwned } from '../../aws/graph/remove-unwanted.ts';
import { findMapping } from '../../aws/kinds/event-source-mapping.ts';
import { functionTags } from '../../aws/kinds/function.ts';
import { isOfPredecessor, type Owner, TAGS } from '../../aws/object/owner.ts';
import { fromRfc3339 } from '../../clock.ts';
import { removeFinalizer } from '../../kubernetes/finalizers.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import {
  aliasArnOf,
  deadLetterQueueName,
  functionName,
  queueArnOf,
  regionOwner,
  routePath,
} from '../../plan/identity.ts';
import type { Context, Next } from '../context.ts';
import { pathOf } from '../input/endpoint-claim.ts';
import { isUnreachable, servingGateway, viewGateway } from '../region/gateway-view.ts';
import type { Overall } from '../report/conditions.ts';
import { PIPELINES } from '../resource-type.ts';
import { drain, GIVE_UP } from './drain.ts';
import { lookAtQueues, remember } from './look-at-queues.ts';
import type { Memory } from './memory.ts';

/** What a deletion needs of the reconcile that it is a part of. */
export interface Deletion {
  readonly pipeline: WebhookPipeline;
  readonly account: Account;
  readonly owner: Owner;
  readonly memory: Memory;
  /** Writes the status. */
  readonly say: (overall: Overall) => Promise<void>;
  /** Keeps the pipeline at work, so that its queues empty. Fails as a build does. */
  readonly keepWorking: () => Promise<void>;
}

/** Seconds between two looks at what takes time. */
const LOOK = 1;
const LOOK_AT_QUEUE = 2;
const LOOK_AT_EMPTY_QUEUE = 15;
const LOOK_LATER = 30;

const after = (seconds: number): Next => ({ after: seconds, urgency: 'begun' });

/**
 * Takes a pipeline down: its route first, then the queue is drained, then all it has in AWS is removed, and the
 * finalizer goes when all of it was seen absent. It needs neither a valid spec nor Secrets. What the volume's reclaim
 * policy keeps stays, and so do the region's shared objects.
 */
export async function deletePipeline(context: Context, deletion: Deletion): Promise<Next> {
  const { pipeline, account, owner } = deletion;
  if (pipeline.spec.deletionPolicy === 'Retain') {
    const stays = await tagOwned(account, owner, { [TAGS.retained]: 'true' });
    return await finish(context, deletion, await allStays(context, deletion, stays));
  }
  return (
    (await takeRouteAway(context, deletion)) ??
    (await emptyQueues(context, deletion)) ??
    (await removeObjects(context, deletion))
  );
}

/** Answers when to look again; nothing once no delivery can come any more. */
async function takeRouteAway(
  { cluster, config, regions }: Context,
  { pipeline, account, owner, say }: Deletion,
): Promise<Next | undefined> {
  const gateway = await viewGateway(account, regionOwner(cluster, config.iamPath));
  const path = routePath(pathOf(pipeline, config));
  if (isUnreachable(gateway, { path, functionArn: aliasArnOf(account, owner, 'pre-queue') }))
    return undefined;
  // What leads to a predecessor's function serves on.
  const tags = await functionTags(account, functionName(owner, 'pre-queue'));
  if (tags && isOfPredecessor(tags, owner)) return undefined;
  regions.wake(account.region);
  const problem = regions
    .problems(account.region)
    .find(({ part, ofDomains }) => part === 'Gateway' && !ofDomains);
  await say({
    reason: problem?.reason ?? 'Deleting',
    message: `the endpoint is being taken away${problem ? `: ${problem.message}` : ''}`,
    terminal: false,
  });
  return problem ? { backoff: true, atMostSeconds: LOOK_LATER } : after(LOOK);
}

/** Answers when to look again while events are left; nothing when the queues are empty or the user gives the events up. */
async function emptyQueues({ config, clock }: Context, deletion: Deletion): Promise<Next | undefined> {
  const { pipeline, account, owner, memory, say } = deletion;
  const sights = await lookAtQueues(account, owner);
  remember(memory, sights);
  const { deadLetters } = sights;
  const found = drain({
    sights,
    redrives:
      deadLetters.is === 'there' &&
      deadLetters.messages > 0 &&
      (await isRedriveDue(account, deadLetterQueueName(owner))),
    pipeline,
    emptySince: memory.emptySince,
    now: clock.now(),
    begun: fromRfc3339(pipeline.metadata.deletionTimestamp ?? ''),
    settleSeconds: config.queueSettleSeconds,
    drainSeconds: config.drainSeconds,
  });
  if (found.is === 'drained') return undefined;
  if (found.is === 'settling') {
    memory.emptySince = found.since;
    await say(found.overall);
    return after(Math.min(found.seconds, LOOK_AT_EMPTY_QUEUE));
  }
  delete memory.emptySince;
  if (found.is === 'stopped') {
    await say(found.overall);
    return after(LOOK_LATER);
  }
  const { depth, isLate } = found;
  const trouble = await causeOf(deletion.keepWorking());
  const { view } = memory.store;
  const paused = pipeline.spec.postQueue?.paused ? 'spec.postQueue.paused is true' : undefined;
  const cause = trouble ?? paused ?? (view.is === 'unreachable' ? view.why : undefined);
  await say({
    reason: isLate ? 'QueueNotEmpty' : 'Draining',
    message: `${depth} events are still in the queue${cause === undefined ? '' : ` and are not stored: ${cause}`}${isLate ? `; mend that${GIVE_UP}` : ''}`,
    terminal: isLate,
  });
  return after(isLate ? LOOK_LATER : LOOK_AT_QUEUE);
}

/** Why it failed, in words. */
async function causeOf(work: Promise<void>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return judge(error).message;
  }
}

async function removeObjects(context: Context, deletion: Deletion): Promise<Next> {
  const { pipeline, account, owner, memory, say } = deletion;
  const objects = (pipeline.status?.objects ?? []).flatMap(({ kind, id }) =>
    id === undefined ? [] : [{ kind, id }],
  );
  const expected = { objects, cameUpon: memory.cameUpon };
  const reclaim = reclaimOf(pipeline, objects);
  const { leftovers, settled, failed, seconds } = await apply(account, [], owner, {
    expected,
    ...(reclaim && { reclaim }),
  });
  if (settled) return await finish(context, deletion, await keptWords(deletion, leftovers), leftovers);
  const overall = removing(leftovers);
  if (memory.trouble !== overall.message) {
    memory.trouble = overall.message;
    context.logger.info(
      { pipeline: keyOf(pipeline.metadata), state: overall.message },
      'is being removed from AWS',
    );
  }
  await say(overall);
  return failed ? { backoff: true, atMostSeconds: LOOK_LATER } : after(seconds ?? LOOK);
}

/** What the spec says now of the volume and its password: it may have changed and never been applied. */
function reclaimOf(
  { spec }: WebhookPipeline,
  objects: readonly { readonly kind: string; readonly id: string }[],
): Reclaim | undefined {
  // The spec need not be valid: what is no policy counts for nothing.
  const policy = RECLAIM_POLICIES.find((each) => each === spec.store?.managed?.volume?.reclaimPolicy);
  return policy && { policy, objects: new Set(objects.map(({ kind, id }) => `${kind} ${id}`)) };
}

function removing(leftovers: readonly Leftover[]): Overall {
  const open = leftovers.filter(isOpen);
  const words = open.map(
    ({ kind, id, message }) => `${kind} ${id}${message === undefined ? '' : ` (${message})`}`,
  );
  const lost = lostWords(leftovers);
  const failed = open.find(({ why }) => why === 'failed');
  return {
    reason: failed ? (failed.reason ?? 'DeletionFailed') : 'Deleting',
    message: `${failed ? 'can not remove' : 'removing'} ${words.join(', ')}${lost === undefined ? '' : `; ${lost}`}`,
    terminal: false,
  };
}

/** The finalizer goes last. `kept` tells what stays in AWS on purpose. */
async function finish(
  { client, events, logger }: Context,
  { pipeline }: Deletion,
  kept: string | undefined,
  left: readonly Leftover[] = [],
): Promise<Next> {
  const lost = lostWords(left);
  for (const words of [kept, lost].filter((each) => each !== undefined)) {
    // A namespace that is being deleted takes no Events.
    logger.info(
      { pipeline: keyOf(pipeline.metadata), stays: words },
      'the pipeline is deleted; something stays in AWS',
    );
    const [type, reason] =
      words === lost ? (['Warning', 'LeftBehind'] as const) : (['Normal', 'Kept'] as const);
    events.record(pipeline, { type, reason, action: 'Delete', message: words, last: true });
  }
  await events.flush();
  const removed = await removeFinalizer(client, PIPELINES, pipeline, FINALIZER);
  return removed.kind === 'conflict' ? after(LOOK) : { done: true };
}

/** What nothing in AWS tells to be ours any more. */
function lostWords(left: readonly Leftover[]): string | undefined {
  const lost = left.filter(({ why }) => why === 'lost').map(({ kind, id }) => `${kind} ${id}`);
  return lost.length === 0
    ? undefined
    : `${lost.join(' and ')} lost the tags by which the operator knows what is its own, and stays in AWS: remove it there if nothing else needs it`;
}

/** Whether there is a copy of a volume: its credentials stay, and it does not. */
const isCopied = (left: readonly Leftover[]): boolean =>
  left.some(({ why, kind }) => why === 'kept' && kind === 'Parameter') &&
  !left.some(({ why, kind }) => why === 'kept' && kind === 'Volume');

/**
 * The same of a pipeline that leaves all it has, with the ids of that. Nobody reads a queue again that is paused. Some of it
 * is gone where that was decided in the midst of the deletion: the route goes first.
 */
async function allStays(
  { cluster, config }: Context,
  { pipeline, account, owner }: Deletion,
  stays: readonly string[],
): Promise<string | undefined> {
  if (stays.length === 0) return undefined;
  const store = pipeline.status?.store?.volumeId;
  const volume =
    store === undefined || !stays.includes(store) ? '' : `, the volume ${store} with the events among it`;
  const gateway = await viewGateway(account, regionOwner(cluster, config.iamPath));
  const functionArn = aliasArnOf(account, owner, 'pre-queue');
  const isServed = servingGateway(gateway, { path: routePath(pathOf(pipeline, config)), functionArn });
  const what = isServed
    ? 'everything stays'
    : 'no delivery reaches it any more; all that is left of it stays';
  const mapping = await findMapping(account, {
    queueArn: queueArnOf(account, owner),
    functionArn: aliasArnOf(account, owner, 'post-queue'),
  });
  const paused =
    mapping && !mapping.details.enabled
      ? `; its queue is not read, and forgets events after its retention: once the store can take them, have it read with: aws lambda update-event-source-mapping --region ${account.region} --uuid ${mapping.id} --enabled`
      : '';
  return `${what} in AWS, tagged ${TAGS.retained}${volume}, since deletionPolicy is Retain${paused}`;
}

/** What a user must know of before the pipeline is gone, with the ids to find it by. */
async function keptWords(
  { account, owner }: Deletion,
  left: readonly Leftover[],
): Promise<string | undefined> {
  const kept = left.filter(({ why }) => why === 'kept').map(({ kind, id }) => `${kind} ${id}`);
  const copies = isCopied(left) ? await snapshotsOf(account, owner) : [];
  const [copy] = copies.filter(({ object }) => object === LAST).toSorted((a, b) => b.at - a.at);
  if (copy)
    return `the snapshot ${copy.id} of the volume ${copy.volumeId}, with all events, and ${kept.join(' and ')}, with their password, stay in AWS`;
  return kept.length === 0
    ? undefined
    : `${kept.join(' and ')} stay in AWS: a pipeline of the same name in this namespace takes them back, events and all`;
}
