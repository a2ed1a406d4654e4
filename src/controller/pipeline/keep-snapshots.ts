import type { WebhookPipelineStatus } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { isOfCall, judge } from '../../aws/account/errors.ts';
import { LAST } from '../../aws/calls/last-snapshot.ts';
import {
  glanceSnapshots,
  LAG_SECONDS,
  removeSnapshot,
  SCHEDULED,
  type Snapshot,
  snapshotsOf,
  takeSnapshot,
} from '../../aws/calls/snapshots.ts';
import type { NodeOutcome, Outcome } from '../../aws/graph/apply.ts';
import { fingerprint } from '../../aws/object/fingerprint.ts';
import { TAGS, type Tags } from '../../aws/object/owner.ts';
import { tagEc2 } from '../../aws/wire/ec2-tags.ts';
import { rfc3339 } from '../../clock.ts';
import { DATA_VOLUME } from '../../plan/identity.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import { nodeOf } from '../report/nodes.ts';
import { dueSnapshots } from './snapshot-schedule.ts';

/** What there is of snapshots, and what is wrong with them. */
export interface Snapshots {
  readonly status?: NonNullable<WebhookPipelineStatus['store']>['snapshots'];
  /** In words. */
  readonly trouble?: string;
}

const FULL_TURN = 2 ** 32;

/**
 * Takes snapshots of the volume as `spec.store.managed.snapshots` says, and removes the oldest. When one is due follows from
 * those that are there, so that a restart, or an answer that is lost, takes none twice and forgets none.
 */
export async function keepSnapshots(
  { events }: Pick<Context, 'events'>,
  { pipeline, spec, account, owner }: Pick<Subject, 'pipeline' | 'spec' | 'account' | 'owner'>,
  outcome: Outcome,
): Promise<Snapshots> {
  const { snapshots: schedule, volume: wanted } = spec.store.managed ?? {};
  if (!schedule && wanted?.reclaimPolicy !== 'Snapshot') return {};
  const volume = nodeOf(outcome, 'Volume', DATA_VOLUME);
  if (volume?.id === undefined || (volume.state !== 'Ready' && !volume.stands)) return keptFrom(pipeline);
  const { id: volumeId } = volume;
  const { clock, attempts, seenTwice } = account;
  const place = Number.parseInt(fingerprint(owner.prefix).slice(0, 8), 16) / FULL_TURN;
  const ofVolume = (all: readonly Snapshot[]) =>
    all.filter((each) => each.object === SCHEDULED && each.volumeId === volumeId);
  const key = `snapshot of ${volumeId}`;
  const warn = (message: string) =>
    events.record(pipeline, { type: 'Warning', reason: 'SnapshotFailed', action: 'Snapshot', message });

  let there: Snapshot[] = [];
  try {
    const seen = await glanceSnapshots(account, owner);
    await keepAsOthers(
      account,
      seen?.filter((each) => each.volumeId === volumeId),
    );
    if (!schedule) return {};
    there = ofVolume(seen ?? (await snapshotsOf(account, owner)));
    const dueOf = (all: readonly Snapshot[]) => dueSnapshots(all, schedule, place, clock.now());
    if (isAnything(dueOf(there))) there = ofVolume(await snapshotsOf(account, owner));
    const due = dueOf(there);
    if (!due.take) seenTwice.forget(key);
    if (isAnything(due)) {
      if (!attempts.isDue(key, 'kept')) throw attempts.errorOf(key, 'kept');
      if (due.take && seenTwice.secondsLeft(key, LAG_SECONDS) === 0) {
        seenTwice.forget(key);
        there.push(await takeSnapshot(account, owner, { id: volumeId, tags: tagsOf(volume) }, SCHEDULED));
      }
      for (const each of due.remove) {
        await removeSnapshot(account, each);
        there = there.filter(({ id }) => id !== each.id);
      }
    }
    attempts.end(key);
  } catch (error) {
    if (!isOfCall(error)) throw error;
    const { message } = judge(error);
    if (attempts.errorOf(key, 'kept') !== error) {
      attempts.note(key, 'kept', error);
      warn(message);
    }
    return { ...statusOf(there), trouble: `snapshots of ${volumeId} are tried again: ${message}` };
  }
  const [newest] = newestFirst(there);
  if (newest?.state !== 'error') return statusOf(there);
  const trouble = `the snapshot ${newest.id} of ${volumeId} failed${newest.why && ` (${newest.why})`}: another is taken an hour after it`;
  const before = pipeline.status?.store?.snapshots?.newest;
  if (before?.id !== newest.id || before.state !== newest.state) warn(trouble);
  return { ...statusOf(there), trouble };
}

const keptFrom = ({ status }: Subject['pipeline']): Snapshots => {
  const known = status?.store?.snapshots;
  return known ? { status: known } : {};
};

/** What was taken as the last one of a volume that goes on after all is none, and would pass for one later. */
async function keepAsOthers(account: Account, all: readonly Snapshot[] = []): Promise<void> {
  for (const each of all.filter(({ object }) => object === LAST))
    await tagEc2(account, each, { [TAGS.object]: SCHEDULED });
}

const tagsOf = ({ node: { tags }, outputs: { madeFrom = '' } }: NodeOutcome): Tags => ({
  ...(tags as Tags | undefined),
  [TAGS.madeFrom]: madeFrom,
});

const isAnything = ({ take, remove }: ReturnType<typeof dueSnapshots>) => take || remove.length > 0;

const newestFirst = (all: readonly Snapshot[]) => all.toSorted((a, b) => b.at - a.at);

function statusOf(all: readonly Snapshot[]): Pick<Snapshots, 'status'> {
  const [newest] = newestFirst(all);
  const count = all.filter(({ state }) => state === 'completed').length;
  return {
    status: {
      count,
      ...(newest && { newest: { id: newest.id, at: rfc3339(newest.at), state: newest.state } }),
    },
  };
}
