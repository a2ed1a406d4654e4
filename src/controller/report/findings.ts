import type { WebhookPipeline, WebhookPipelineStatus } from '../../api/v1alpha1.ts';
import type { Schedule } from '../../aws/calls/scheduled-events.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import { rfc3339 } from '../../clock.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import type { PlanInput } from '../../plan/input.ts';
import { isFarAway } from '../../plan/partition.ts';
import type { Reason } from '../../reason.ts';
import type { HostReplacement } from '../input/host-replacement.ts';
import { hasAnswered } from '../pipeline/first-answer.ts';
import type { StoreBelief } from '../pipeline/store-belief.ts';
import type { RegionProblem } from '../region/problems.ts';
import type { Finding, PartRemark } from './conditions.ts';

/** What keeps a pipeline from being ready although its own objects are. Pure. */

export function pathConflict(path: string, rival: WebhookPipeline): Finding {
  return {
    part: 'Gateway',
    reason: 'PathConflict',
    message: `the path ${path} belongs to the older pipeline ${keyOf(rival.metadata)}: make this one anew with another spec.endpoint.path, or wait until that one is deleted`,
    terminal: true,
    failed: true,
  };
}

/** The route is the region's: it is there when senders reach it. */
export function endpointFindings(
  isServed: boolean,
  path: string,
  problems: readonly RegionProblem[],
): Finding[] {
  if (isServed) return [];
  const problem =
    problems.find((each) => each.path === path) ??
    problems.find(({ part, path: of, ofDomains }) => part === 'Gateway' && of === undefined && !ofDomains);
  if (problem) return [ofRegion(problem)];
  return [
    {
      part: 'Gateway',
      reason: 'Progressing',
      message: `Route ${path}: waits for its deployment`,
      terminal: false,
      failed: false,
    },
  ];
}

/** Why the network of the region is not there, for a pipeline that waits for it. */
export function networkFindings({ nodes }: Outcome, problems: readonly RegionProblem[]): Finding[] {
  const isWaiting = nodes.some(({ waitsFor }) => waitsFor === 'network');
  return isWaiting ? problems.filter(({ part }) => part === 'Store').map(ofRegion) : [];
}

const ofRegion = ({ part, reason, message, terminal }: RegionProblem): Finding => ({
  part,
  reason,
  message,
  terminal,
  failed: true,
});

/** What keeps a domain name from leading to the endpoint, which is reached without it. */
export const domainRemarks = (problems: readonly RegionProblem[]): PartRemark[] =>
  problems.filter(({ ofDomains }) => ofDomains);

/** Why a host that is to be replaced is not yet. */
export function replacementRemarks(replacement: HostReplacement): PartRemark[] {
  if (replacement.is !== 'waiting') return [];
  const { hostId, behind } = replacement;
  return [
    {
      part: 'Store',
      reason: 'HostReplacementWaits',
      message: `the host ${hostId} is replaced, as asked for, for its failed status checks or because AWS is going to end it, once the host of ${behind} is ready again: one host of a region at a time`,
    },
  ];
}

/** What AWS is going to do to the machine of a host that goes on after it. */
export function scheduleRemarks(schedule: Schedule = { is: 'none' }): PartRemark[] {
  const remark = (reason: Reason, message: string) => [{ part: 'Store' as const, reason, message }];
  if (schedule.is === 'unseen')
    return remark('ScheduleUnseen', `what AWS has scheduled for the host can't be read: ${schedule.why}`);
  if (schedule.is === 'none' || schedule.ends) return [];
  const { instanceId, code, at } = schedule;
  return remark(
    'HostMaintenance',
    `AWS has scheduled ${code} for the host ${instanceId} from ${rfc3339(at)} on: the store is away then for some minutes, and the queue keeps the events; to have it replaced before, when it suits you, annotate the pipeline with nami.dev/replace-host=${instanceId}`,
  );
}

const FAR_AWAY =
  '; from China hosts hardly reach public.ecr.aws: if this lasts, set store.managed.mongoImage to a copy of the image in a registry there that asks for no login';

/** A store counts as built once it was reached where it stands now; how it is afterwards is told by Healthy. */
export function storeFindings(
  { view, host, awaitsHost }: StoreBelief,
  before: WebhookPipelineStatus['store'],
  { spec: { store }, place }: Pick<PlanInput, 'spec' | 'place'>,
): Finding[] {
  if (view.is === 'reachable') return [];
  const isKnown = host === undefined || before?.host === host;
  if (hasAnswered(before) && !awaitsHost && isKnown) return [];
  const isFar = store.managed !== undefined && isFarAway(store.managed.mongoImage, place.partition);
  return [
    {
      part: 'Store',
      reason: 'Progressing',
      message: `Store: ${view.why}${isFar ? FAR_AWAY : ''}`,
      terminal: false,
      failed: false,
    },
  ];
}
