import type { Snapshot } from '../../aws/calls/snapshots.ts';

/** Which snapshots a schedule asks for. Pure: all follows from the time and from what is listed. */

export interface Schedule {
  readonly everyHours: number;
  readonly keep: number;
}

/** What is to be done now. */
export interface Due {
  readonly take: boolean;
  readonly remove: readonly Snapshot[];
}

const HOUR = 3_600_000;
/** Within each hour, the share of it in which a first snapshot is begun, so that many pipelines don't begin together. */
const FIRST_SHARE = 1 / 6;

/**
 * `snapshots`: those of the volume. `place`: where in each period the pipeline has its turn, 0 to 1, so that many pipelines
 * have theirs at different times. `now`: milliseconds since the epoch.
 */
export function dueSnapshots(
  snapshots: readonly Snapshot[],
  { everyHours, keep }: Schedule,
  place: number,
  now: number,
): Due {
  const newestFirst = snapshots.toSorted((a, b) => b.at - a.at || a.id.localeCompare(b.id));
  const completed = newestFirst.filter(({ state }) => state === 'completed');
  const [last] = completed;
  const surplus = completed.slice(Math.max(1, keep));
  // A failed one holds nothing, and is told of until a later one is whole.
  const failed = newestFirst.filter(({ state, at }) => state === 'error' && last && at < last.at);
  return { take: isDue(newestFirst, everyHours * HOUR, place, now), remove: [...surplus, ...failed] };
}

function isDue([newest]: readonly Snapshot[], period: number, place: number, now: number): boolean {
  if (!newest) return (now / HOUR + 1 - place) % 1 < FIRST_SHARE;
  // Never two at once.
  if (newest.state === 'pending') return false;
  if (newest.state === 'error') return now - newest.at >= HOUR;
  const turn = Math.floor(now / period - place) + place;
  return newest.at < turn * period;
}
