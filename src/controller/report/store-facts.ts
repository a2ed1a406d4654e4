import type { WebhookPipelineStatus } from '../../api/v1alpha1.ts';
import { fromRfc3339, rfc3339 } from '../../clock.ts';
import { reachableStore, type StoreBelief } from '../pipeline/store-belief.ts';

/** What a store said of itself, as its status tells it. Pure. */
export type StoreFacts = Pick<
  NonNullable<WebhookPipelineStatus['store']>,
  | 'documents'
  | 'usedBytes'
  | 'freeBytes'
  | 'version'
  | 'featureVersion'
  | 'latencyMilliseconds'
  | 'oldestEvent'
>;

/** What is off by less than this share of what is told is no news. */
const NEWS = 0.1;
/** Of a volume's size: a database at rest moves this much by itself. */
const NEWS_OF_VOLUME = 0.01;
/** A latency is news when it is this many times longer or shorter, and below the least of them none is: a busy moment is none. */
const NEWS_OF_LATENCY = 3;
const LEAST_LATENCY = 100;
const DAY = 86_400_000;

/**
 * Counts to two digits and only when they moved by a tenth: a store that fills up writes to its status the less often the more
 * it holds, and one at rest never. `told`: what stands there, which stays while the store does not answer.
 */
export function storeFacts({ view }: Pick<StoreBelief, 'view'>, told: StoreFacts | undefined): StoreFacts {
  const store = reachableStore(view);
  if (!store) return kept(told);
  const { documents, disk, version, featureVersion, latencyMilliseconds: latency, oldestEvent } = store;
  const step = (disk?.totalBytes ?? 0) * NEWS_OF_VOLUME;
  return {
    documents: moved(documents, told?.documents),
    ...(disk && {
      usedBytes: moved(disk.usedBytes, told?.usedBytes, step),
      freeBytes: moved(Math.max(0, disk.totalBytes - disk.usedBytes), told?.freeBytes, step),
    }),
    ...(version !== undefined && { version }),
    ...(featureVersion !== undefined && { featureVersion }),
    ...(latency !== undefined && { latencyMilliseconds: latencyOf(latency, told?.latencyMilliseconds) }),
    ...(oldestEvent !== undefined && { oldestEvent: timeOf(oldestEvent, told?.oldestEvent) }),
  };
}

function kept(told: StoreFacts | undefined): StoreFacts {
  const { documents, usedBytes, freeBytes, version, featureVersion, latencyMilliseconds, oldestEvent } =
    told ?? {};
  return {
    ...(documents !== undefined && { documents }),
    ...(usedBytes !== undefined && { usedBytes }),
    ...(freeBytes !== undefined && { freeBytes }),
    ...(version !== undefined && { version }),
    ...(featureVersion !== undefined && { featureVersion }),
    ...(latencyMilliseconds !== undefined && { latencyMilliseconds }),
    ...(oldestEvent !== undefined && { oldestEvent }),
  };
}

function moved(now: number, told: number | undefined, step = 0): number {
  const isNews =
    told === undefined || (now === 0) !== (told === 0) || Math.abs(now - told) > Math.max(told * NEWS, step);
  return isNews ? Number(now.toPrecision(2)) : told;
}

function latencyOf(now: number, told: number | undefined): number {
  const latency = Math.max(LEAST_LATENCY, now);
  const isNews = told === undefined || latency > told * NEWS_OF_LATENCY || latency * NEWS_OF_LATENCY < told;
  return isNews ? Number(latency.toPrecision(1)) : told;
}

/** The oldest moves on all the time where events expire. */
function timeOf(now: string, told: string | undefined): string {
  const isNews = told === undefined || Math.abs(fromRfc3339(now) - fromRfc3339(told)) > DAY;
  return isNews ? rfc3339(fromRfc3339(now)) : told;
}
