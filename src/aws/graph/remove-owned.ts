import type { Account } from '../account/account.ts';
import { type Judgement, judge } from '../account/errors.ts';
import { kindOf } from '../kinds/index.ts';
import type { Actual } from '../object/actual.ts';
import { isOurs, type Owner } from '../object/owner.ts';
import type { KindName } from './graph.ts';
import type { Leftover } from './leftover.ts';
import { isKept } from './ownership.ts';

/** Something that an owner has; without `actual` it may be there: AWS gave no answer when it was made. */
export interface Owned {
  readonly id: string;
  readonly actual?: Actual | undefined;
  /** It was made a moment ago, so that its not being listed says nothing. */
  readonly unlisted?: true;
}

/** Something that may go. */
type Removable = Owned & { readonly actual: Actual };

/** Asks for the removal of what may go, in one call where AWS takes it so; tells of each what became of it. */
export async function remove(
  account: Account,
  kind: KindName,
  unwanted: readonly Owned[],
  owner: Owner,
): Promise<Leftover[]> {
  const leftovers: Leftover[] = [];
  const removables: Removable[] = [];
  for (const each of unwanted) {
    const left = whyNotRemoved(account, kind, each, owner);
    if (left) leftovers.push(left);
    else if (each.actual) removables.push({ ...each, actual: each.actual });
  }
  const { removeAll } = kindOf(kind);
  const actuals = removables.map(({ actual }) => actual);
  const asked =
    removeAll && removables.length > 1
      ? [await ask(account, kind, removables, owner, () => removeAll(account, actuals, owner))]
      : await Promise.all(removables.map((each) => removeOne(account, kind, each, owner)));
  return [...leftovers, ...asked.flat()];
}

/** What there is to say of an object that no call is to be made for. */
function whyNotRemoved(
  account: Account,
  kind: KindName,
  { id, actual }: Owned,
  owner: Owner,
): Leftover | undefined {
  if (!actual)
    return removing(account, owner, kind, id, 'AWS gave no answer when it was made: it may still show');
  if (isKept(kind, actual.tags)) return { kind, id, why: 'kept' };
  const { state } = actual;
  return state.is === 'leaving' ? removing(account, owner, kind, id, state.why, state.seconds) : undefined;
}

/** Leaves alone what turns out to be another's. */
async function removeOne(
  account: Account,
  kind: KindName,
  each: Removable,
  owner: Owner,
): Promise<Leftover[]> {
  let isAnothers = false;
  const { actual } = each;
  const left = await ask(account, kind, [each], owner, async () => {
    const holder = actual.tags ?? (await kindOf(kind).holderTags?.(account, actual));
    isAnothers = holder !== undefined && !isOurs(holder, owner);
    if (!isAnothers) await kindOf(kind).remove(account, actual, owner);
  });
  return isAnothers ? [] : left;
}

async function ask(
  account: Account,
  kind: KindName,
  removables: readonly Removable[],
  owner: Owner,
  work: () => Promise<void>,
): Promise<Leftover[]> {
  try {
    await work();
    return removables.map(({ id, unlisted }) =>
      removing(account, owner, kind, id, unlisted && 'was just made, and AWS does not list it yet'),
    );
  } catch (error) {
    const judgement = judge(error);
    return removables.map(({ id }) =>
      judgement.is === 'requeue'
        ? removing(account, owner, kind, id, judgement.message, judgement.seconds)
        : failed(kind, id, judgement),
    );
  }
}

/** Of what is on its way out. */
export const removing = (
  { patience }: Account,
  { prefix }: Owner,
  kind: KindName,
  id: string,
  message?: string,
  atLeast?: number,
): Leftover => ({
  kind,
  id,
  why: 'removing',
  seconds: patience.seconds(`${prefix} ${kind} ${id}`, message ?? '', atLeast),
  ...(message !== undefined && { message }),
});

/** Of what can't be removed. */
export const failed = (kind: KindName, id: string, judgement: Judgement): Leftover => ({
  kind,
  id,
  why: 'failed',
  ...(judgement.is !== 'requeue' && { reason: judgement.reason }),
  message: judgement.message,
});
