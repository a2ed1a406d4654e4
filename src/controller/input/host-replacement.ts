import {
  ANNOTATIONS,
  type ConditionType,
  type WebhookPipeline,
  type WebhookPipelineSpec,
} from '../../api/v1alpha1.ts';
import type { Config } from '../../config.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import type { Memory } from '../pipeline/memory.ts';
import { regionOf } from './endpoint-claim.ts';

/** Whether a pipeline's host is to be replaced because its user asks for that, or because it is unfit. */
export type HostReplacement =
  | { readonly is: 'none' }
  | { readonly is: 'due'; readonly hostId: string }
  /** `behind`: the pipeline whose host comes first. */
  | { readonly is: 'waiting'; readonly hostId: string; readonly behind: string };

/** By region: whose host is being replaced, and which that is. What one look decides, the next knows. */
export type HostTurns = Map<string, { readonly key: string; readonly hostId: string }>;

/**
 * Whether AWS is going to end a host, or its checks have failed, and its store has not answered, for as long as its pipeline
 * lets them.
 */
export function isUnfit(
  { store: { view }, schedule }: Pick<Memory, 'store' | 'schedule'>,
  { managed }: WebhookPipelineSpec['store'],
  now: number,
): boolean {
  if (!managed) return false;
  if (schedule?.is === 'scheduled' && schedule.ends) return true;
  if (view.is !== 'unreachable' || view.impairedSince === undefined) return false;
  return now - view.impairedSince >= managed.replaceImpairedAfterMinutes * 60_000;
}

/**
 * One host of a region at a time is replaced, on request or because it is unfit, so that what is wrong with the first of them reaches no other:
 * while a host is not ready the next waits, and of those that are asked for in one moment the first by name goes first.
 * Whose turn it is keeps it until its host is another, for until then no status tells that it has begun; a host that is
 * not ready waits for that alone, having nothing to lose. One that waits for its user is waited for by nobody.
 */
export function hostReplacement(
  pipeline: WebhookPipeline,
  {
    config,
    pipelines,
    hostTurns,
  }: { config: Config; pipelines: { list(): readonly WebhookPipeline[] }; hostTurns: HostTurns },
  unfit = false,
): HostReplacement {
  const hostId = hostOf(pipeline);
  const key = keyOf(pipeline.metadata);
  const region = regionOf(pipeline, config);
  const turn = hostTurns.get(region);
  if (hostId === undefined || !(isAsked(pipeline) || unfit)) {
    if (turn?.key === key) hostTurns.delete(region);
    return { is: 'none' };
  }
  const others = pipelines
    .list()
    .filter((other) => regionOf(other, config) === region && isWorkedOn(other))
    .map((other) => ({ other, otherKey: keyOf(other.metadata) }))
    .filter(({ otherKey }) => otherKey !== key)
    .sort((a, b) => (a.otherKey < b.otherKey ? -1 : 1));
  const before =
    others.find(
      ({ other, otherKey }) => otherKey === turn?.key && (isAsked(other) || hostOf(other) === turn.hostId),
    ) ??
    (isReady(pipeline)
      ? others.find(
          ({ other, otherKey }) => !isReady(other) || (isAsked(other) && otherKey < key && turn?.key !== key),
        )
      : undefined);
  if (!before) {
    hostTurns.set(region, { key, hostId });
    return { is: 'due', hostId };
  }
  if (turn?.key === key) hostTurns.delete(region);
  return { is: 'waiting', hostId, behind: before.otherKey };
}

const hostOf = ({ status }: WebhookPipeline) => status?.store?.host;

/** The annotation speaks of one host, so that it is spent once that one is replaced. */
const isAsked = (pipeline: WebhookPipeline) =>
  hostOf(pipeline) !== undefined &&
  pipeline.metadata.annotations?.[ANNOTATIONS.replaceHost] === hostOf(pipeline);

/** One that waits for its user, as for a Secret that is missing, would hold up the others for as long as that one likes. */
const isWorkedOn = ({ metadata, spec, status }: WebhookPipeline) =>
  metadata.deletionTimestamp === undefined && !spec.suspend && !has(status, 'Stalled');

/** A pipeline that never had a host has none to lose. */
const isReady = (pipeline: WebhookPipeline) =>
  hostOf(pipeline) === undefined || has(pipeline.status, 'StoreReady');

const has = (status: WebhookPipeline['status'], condition: ConditionType) =>
  status?.conditions?.some(({ type, status: is }) => type === condition && is === 'True') === true;
