import type { Account } from '../account/account.ts';
import { judge } from '../account/errors.ts';
import { kindOf } from '../kinds/index.ts';
import type { Actual } from '../object/actual.ts';
import { isOurs, type Owner } from '../object/owner.ts';
import type { KindName } from './graph.ts';
import type { Leftover } from './leftover.ts';
import { isKept } from './ownership.ts';
import { type Reclaim, withPolicy } from './reclaim.ts';

/** What an owner is known to have had, and what of it a removal has come upon. */
export interface Expected {
  readonly objects: readonly { readonly kind: string; readonly id: string }[];
  /** As "Kind id"; it grows from one pass to the next. */
  readonly cameUpon: Set<string>;
}

/** Seconds after which what AWS does not know when asked for it by its id is not there. */
const LAG_SECONDS = 10;

/**
 * What a removal of these kinds should have come upon and did not: their list came too early, or tags were taken off.
 * Looked up by id, it is removed where it is the owner's by its tags or by its name; else it is left behind, for its user
 * to know.
 */
export async function removeMissed(
  account: Account,
  owner: Owner,
  names: readonly KindName[],
  { objects, cameUpon }: Expected,
  reclaim: Reclaim | undefined,
): Promise<Leftover[]> {
  const missed = names.flatMap((kind) =>
    objects
      .filter((each) => each.kind === kind && !cameUpon.has(`${kind} ${each.id}`))
      .map(({ id }) => ({ kind, id })),
  );
  const left = await Promise.all(missed.map(({ kind, id }) => removeOne(account, owner, kind, id, reclaim)));
  return left.filter((each) => each !== undefined);
}

async function removeOne(
  account: Account,
  owner: Owner,
  kind: KindName,
  id: string,
  reclaim: Reclaim | undefined,
): Promise<Leftover | undefined> {
  const { byId, remove } = kindOf(kind);
  if (!byId) return undefined;
  const removing = (message: string, seconds: number): Leftover => ({
    kind,
    id,
    why: 'removing',
    message,
    seconds,
  });
  const absence = `${kind} ${id} is not there`;
  try {
    const found = await byId(account, id, owner);
    if (!found) {
      const wait = account.seenTwice.secondsLeft(absence, LAG_SECONDS);
      return wait > 0 ? removing('is looked for once more', wait) : undefined;
    }
    account.seenTwice.forget(absence);
    const actual = belongsTo(found, owner) ? await withPolicy(account, kind, found, reclaim) : found;
    if (isKept(kind, actual.tags)) return { kind, id, why: 'kept' };
    if (!belongsTo(actual, owner)) return { kind, id, why: 'lost' };
    if (actual.state.is === 'leaving') return removing(actual.state.why, actual.state.seconds);
    await remove(account, actual, owner);
    return removing('was not listed', 1);
  } catch (error) {
    const judgement = judge(error);
    if (judgement.is === 'requeue') return removing(judgement.message, judgement.seconds);
    return { kind, id, why: 'failed', reason: judgement.reason, message: judgement.message };
  }
}

/** By its tags, or where somebody took them off by its name, which is no one else's. */
function belongsTo({ id, tags = {}, outputs }: Actual, owner: Owner): boolean {
  if (isOurs(tags, owner)) return true;
  const isUntagged = !Object.keys(owner.identity).some((key) => key in tags);
  return isUntagged && (outputs.name ?? id).includes(owner.prefix);
}
