import type { Account } from '../account/account.ts';
import { RequeueAfter } from '../account/errors.ts';
import type { Owner, Tags } from '../object/owner.ts';
import { LAG_SECONDS, snapshotsOf, takeSnapshot } from './snapshots.ts';

/** Of those that are taken before a volume goes: the tag `nami.dev/object`. No schedule removes them. */
export const LAST = 'last-snapshot';

const LOOK = 15;
/** Milliseconds after which one that failed is followed by another. */
const PAUSE = 300_000;

/** Returns once the volume has a last snapshot that is complete; until then it is a RequeueAfter, or AWS's refusal. */
export async function awaitLastSnapshot(
  account: Account,
  owner: Owner,
  volume: { readonly id: string; readonly tags?: Tags | undefined },
): Promise<void> {
  const { id } = volume;
  const { clock, seenTwice } = account;
  const absence = `last snapshot of ${id}`;
  const all = await snapshotsOf(account, owner);
  const there = all.filter(({ object, volumeId }) => object === LAST && volumeId === id);
  if (there.some(({ state }) => state === 'completed')) return seenTwice.forget(absence);
  const pending = there.find(({ state }) => state === 'pending');
  if (pending)
    throw new RequeueAfter(
      LOOK,
      `waits until its last snapshot ${pending.id} is complete: ${pending.progress}`,
    );
  const failed = there.toSorted((a, b) => b.at - a.at)[0];
  if (failed && clock.now() - failed.at < PAUSE) {
    const why = failed.why === '' ? '' : ` (${failed.why})`;
    throw new RequeueAfter(
      LOOK,
      `stays, since its last snapshot ${failed.id} failed${why}: another is taken`,
    );
  }
  const left = seenTwice.secondsLeft(absence, LAG_SECONDS);
  if (left > 0) throw new RequeueAfter(left, 'stays until its last snapshot is complete');
  seenTwice.forget(absence);
  const { id: made } = await takeSnapshot(account, owner, volume, LAST);
  throw new RequeueAfter(LOOK, `waits until its last snapshot ${made} is complete`);
}
