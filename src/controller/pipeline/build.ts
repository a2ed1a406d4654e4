import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { RequeueAfter } from '../../aws/account/errors.ts';
import { SURVEY_SECONDS } from '../../aws/account/survey.ts';
import { tagsSeenAt } from '../../aws/calls/tagged-resources.ts';
import { apply, type Outcome } from '../../aws/graph/apply.ts';
import { type Graph, nodeKey } from '../../aws/graph/graph.ts';
import { keepOutcome, recallOutcome } from '../../aws/graph/kept-outcome.ts';
import { imprint } from '../../aws/object/fingerprint.ts';
import { gatewayName } from '../../aws/object/gateway-name.ts';
import { TAGS } from '../../aws/object/owner.ts';
import { tagEc2 } from '../../aws/wire/ec2-tags.ts';
import { regionOwner } from '../../plan/identity.ts';
import type { PlanInput } from '../../plan/input.ts';
import { plan } from '../../plan/plan.ts';
import type { Context } from '../context.ts';
import { gather, type Subject } from '../input/gather.ts';
import { requestedLook } from '../input/requested-look.ts';
import { driftsAmong, removalsIn, restedBy } from '../report/drift.ts';
import { nodeOf } from '../report/nodes.ts';
import type { Reporter } from '../report/reporter.ts';
import { hasAnswered } from './first-answer.ts';
import { followStore } from './follow-store.ts';
import { hasNoWriter, hostSeen } from './look-at-store.ts';
import type { Memory } from './memory.ts';
import { onHost } from './store-belief.ts';
import type { Surroundings } from './surroundings.ts';

export interface Built {
  readonly input: PlanInput;
  readonly outcome: Outcome;
  /** It is time to compare it with AWS, and others are being compared. */
  readonly isPutOff?: true;
}

/**
 * Plans a pipeline and makes AWS match the plan, unless this very plan was applied a moment ago and came to rest. Where
 * that shows that Lambda can't reach the zone, another plan may be possible.
 */
export async function build(...work: Parameters<typeof buildOnce>): Promise<Built> {
  const built = await buildOnce(...work);
  return noteZoneWithoutLambda(work[2].account, built) ? await buildOnce(...work) : built;
}

/** Remembers the zone that Lambda refuses; answers whether that is news. */
function noteZoneWithoutLambda({ zonesWithoutLambda }: Account, { input, outcome }: Built): boolean {
  const zone = input.network?.host?.zone;
  const isRefused = nodeOf(outcome, 'Function', 'post-queue')?.reason === 'ZoneNotSupported';
  // Of several subnets that a user names AWS does not say which it means.
  if (!isRefused || zone === undefined || input.spec.network || zonesWithoutLambda.has(zone)) return false;
  zonesWithoutLambda.add(zone);
  return true;
}

async function buildOnce(
  context: Context,
  reporter: Pick<Reporter, 'changes'>,
  subject: Subject,
  surroundings: Surroundings,
): Promise<Built> {
  const { clock, config, cluster } = context;
  const { pipeline, account, memory, signal } = subject;
  const { input, code, emptyVolumeId } = await gather(context, subject);
  // By this it goes with what else the plan does not want, once nothing uses it.
  if (emptyVolumeId !== undefined)
    await tagEc2(account, { id: emptyVolumeId }, { [TAGS.reclaimPolicy]: 'Delete' });
  const { prefix } = regionOwner(cluster, config.iamPath);
  const graph = plan(input, gatewayName(prefix, surroundings.gatewayNumber));
  const given = valuesOf(surroundings);
  const requested = requestedLook(pipeline);
  // The owner's tags stand in no node: all of them get those.
  const planned = imprint([graph, given, input.owner.tags, requested]);
  const { applied } = memory;
  const last = applied && recallOutcome(applied.outcome, graph);
  const atRest = last && applied.plan === planned && isAtRest(last) ? last : undefined;
  const now = clock.now();
  const surveyedAt = tagsSeenAt(account, input.owner);
  const { resyncSeconds } = config;
  if (atRest && isFresh(atRest, { appliedAt: applied?.at ?? 0, now, resyncSeconds, surveyedAt }))
    return { input, outcome: atRest };
  if (atRest && account.spareTime.isTaken) return { input, outcome: atRest, isPutOff: true };
  // A change, and what is on its way, read nothing twice; a resync, and a look that is asked for, mean all of it.
  const before = !atRest && applied?.requested === requested ? last : undefined;
  const isFirst = memory.rested === undefined;
  memory.rested ??= restedBy(pipeline);
  const glances = atRest !== undefined || (isFirst && memory.rested.size > 0);
  const options = {
    given,
    code,
    glances,
    isOldWish: isOldWish(memory, graph, clock.now()),
    ...(before && { before }),
  };
  const work = () => apply(account, graph, input.owner, options);
  const outcome = await (glances ? account.spareTime.use(work, signal) : work());
  const { generation } = pipeline.metadata;
  const nodes = driftsAmong(memory.rested, outcome.nodes, clock.now(), generation);
  const removals = removalsIn(outcome, last);
  // The same has been wanted, and there, for long: what goes came by somebody else.
  const strangers = atRest ? removals : [];
  for (const { kind } of [...nodes.map(({ node }) => node), ...strangers]) context.onDrift?.(kind);
  reporter.changes(pipeline, outcome, { last, drifts: { nodes, strangers }, removals });
  // What it saw of the rest is nothing to go by.
  if (glances && signal?.aborted && !isAtRest(outcome)) throw new RequeueAfter(0, 'is looked at anew');
  memory.applied = { plan: planned, requested, at: clock.now(), outcome: keepOutcome(outcome) };
  memory.store = onHost(memory.store, hostSeen(outcome), hostThatAnswered(pipeline));
  if (!isLookedAfter(outcome) && !hasNoWriter(memory)) await followStore(context, subject);
  return { input, outcome };
}

/** Takes down which objects are wanted; answers whether that has been so since before the oldest list that still serves. */
function isOldWish(memory: Memory, graph: Graph, now: number): boolean {
  const objects = imprint(graph.map(({ kind, id }) => nodeKey(kind, id)).sort());
  const { wish } = memory;
  // What an earlier process wanted is older than any list of this one.
  if (wish?.objects !== objects) memory.wish = { objects, since: wish ? now : Number.NEGATIVE_INFINITY };
  return now - (memory.wish?.since ?? now) > SURVEY_SECONDS * 1000;
}

/** Whether the reading of the queue is as it is wanted, or on its way there. */
function isLookedAfter(outcome: Outcome): boolean {
  const mapping = nodeOf(outcome, 'EventSourceMapping', 'mapping');
  return mapping?.state === 'Ready' || (mapping?.state === 'Pending' && !mapping.stands);
}

/** The host by which the status knows the store to have been reached. */
function hostThatAnswered({ status }: WebhookPipeline): string | undefined {
  return hasAnswered(status?.store) ? status?.store?.host : undefined;
}

/**
 * Whether nothing of an outcome was seen too long ago. Half of that is too long where others have just had everybody's
 * objects listed: so it comes that all pipelines are compared by the same lists.
 */
function isFresh(
  { nodes }: Outcome,
  times: {
    readonly appliedAt: number;
    readonly now: number;
    readonly resyncSeconds: number;
    readonly surveyedAt: number | undefined;
  },
): boolean {
  const { appliedAt, now, resyncSeconds, surveyedAt } = times;
  const seen = Math.min(appliedAt, ...nodes.flatMap(({ seenAt }) => seenAt ?? []));
  const share = surveyedAt !== undefined && surveyedAt > seen ? 0.5 : 1;
  return now - seen < resyncSeconds * 1000 * share;
}

/** Whether nothing in it is worth another try. */
const isAtRest = (outcome: Outcome): boolean =>
  outcome.settled &&
  // What is optional, and still on its way or worth another try.
  outcome.seconds === undefined &&
  outcome.nodes.every(({ state, terminal }) => state !== 'Failed' || terminal);

/** Values that graphs refer to, by the name that `given()` uses. */
function valuesOf({
  gateways,
  gatewayNumber,
  network,
}: Surroundings): Record<string, Record<string, string>> {
  const gateway = gateways.find(({ number }) => number === gatewayNumber);
  return {
    ...(gateway && { gateway: { restApiId: gateway.restApiId } }),
    ...(network && { network: { vpcId: network.vpcId, ...network.subnetIds } }),
  };
}
