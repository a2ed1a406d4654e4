import type { Account } from '../account/account.ts';
import { judge } from '../account/errors.ts';
import { kindOf, kinds } from '../kinds/index.ts';
import type { Actual } from '../object/actual.ts';
import type { IsKnown } from '../object/kind.ts';
import { isOurs, type Owner, TAGS, type Tags } from '../object/owner.ts';
import type { KindName } from './graph.ts';
import { isOpen, type Leftover } from './leftover.ts';
import { type Expected, removeMissed } from './missed.ts';
import { type Reclaim, withPolicy } from './reclaim.ts';
import { failed, type Owned, remove, removing } from './remove-owned.ts';

/** Which objects that nothing wants may go. */
export type MayRemove = (kind: KindName, actual: Actual) => boolean;

/** What a graph wants. */
export interface Wanted {
  /** As "Kind id". */
  readonly objects: ReadonlySet<string>;
  /** Kinds of which an object may be wanted that could not be seen: nothing of them is touched. */
  readonly unseen: ReadonlySet<KindName>;
}

/** What a removal is bound by. */
export interface Removal {
  /** Kinds of which anything may go; by default all. What is made a moment ago of others is remembered. */
  readonly only?: readonly KindName[];
  /** What lists of everybody's objects show the owner to have is not looked for by itself, where all of that is wanted. */
  readonly glances?: boolean;
  /** By default all of the owner's. */
  readonly mayRemove?: MayRemove;
  /** Looked for by id, before what comes after it in the order is removed. */
  readonly expected?: Expected;
  /** What is to become of what outlasts the owner; by default what its tags say. */
  readonly reclaim?: Reclaim;
}

/** Objects of a lower order first; those of one order side by side; the next only when all before are gone. */
export async function removeUnwanted(
  account: Account,
  owner: Owner,
  wanted: Wanted,
  { only, mayRemove = () => true, expected, reclaim, glances = false }: Removal = {},
): Promise<Leftover[]> {
  const leftovers: Leftover[] = [];
  const all = only ?? kindsOf(owner);
  const names = all.filter((name) => !wanted.unseen.has(name));
  const unwantedOf = async (name: KindName) => {
    const isWanted = (id: string) => wanted.objects.has(`${name} ${id}`);
    const shown = glances ? await kindOf(name).glanceIds?.(account, owner) : undefined;
    if (shown?.every(isWanted)) return [];
    const owned = await ownedOf(account, name, owner, isWanted);
    for (const { id } of owned) expected?.cameUpon.add(`${name} ${id}`);
    const unwanted = owned.filter(({ id, actual }) => !isWanted(id) && (!actual || mayRemove(name, actual)));
    return await Promise.all(
      unwanted.map(async (each): Promise<Owned> => {
        const { actual } = each;
        return actual ? { ...each, actual: await withPolicy(account, name, actual, reclaim) } : each;
      }),
    );
  };
  for (const order of orders()) {
    const batch = names.filter((name) => kinds[name].removal === order);
    const left = await Promise.all(
      batch.map(async (name): Promise<Leftover[]> => {
        try {
          const unwanted = await unwantedOf(name);
          const asked = await remove(account, name, unwanted, owner);
          const isLeaving = (id: string) =>
            unwanted.some((each) => each.id === id && each.actual?.state.is === 'leaving');
          // Much is gone at once; what isn't is waited for, as is what was leaving before.
          if (!asked.some(({ why, id }) => why === 'removing' && !isLeaving(id))) return asked;
          const still = (await unwantedOf(name)).map(({ id }) => id);
          const late = still.filter((id) => !asked.some((each) => each.id === id));
          return [
            ...asked.flatMap((each): Leftover[] => {
              const { kind, id, why, message } = each;
              if (why !== 'removing' || still.includes(id)) return [each];
              // What went without being asked, or may never have been there, is not worth a word.
              return message === undefined ? [{ kind, id, why: 'removed' }] : [];
            }),
            // Of what the first list did not show, or not as the owner's, nothing was asked.
            ...late.map((id) => removing(account, owner, name, id, 'was not listed a moment ago')),
          ];
        } catch (error) {
          const judgement = judge(error);
          if (judgement.is !== 'requeue') return [failed(name, '(list)', judgement)];
          return [removing(account, owner, name, '(list)', judgement.message, judgement.seconds)];
        }
      }),
    );
    leftovers.push(...left.flat());
    if (leftovers.some(isOpen)) return leftovers;
    if (expected) leftovers.push(...(await removeMissed(account, owner, batch, expected, reclaim)));
    if (leftovers.some(isOpen)) return leftovers;
  }
  // What vanishes has gone with the rest.
  if (wanted.objects.size === 0 && !only) {
    for (const made of account.recentlyMade.of(owner)) account.recentlyMade.forget(owner, made);
  }
  return leftovers;
}

/** Kinds of which the owner may have an object. */
const kindsOf = ({ identity }: Owner): KindName[] =>
  (Object.keys(kinds) as KindName[]).filter((name) => !kindOf(name).shared || TAGS.shared in identity);

const orders = (): number[] =>
  [...new Set(Object.values(kinds).flatMap(({ removal }) => (removal === 'vanishes' ? [] : removal)))].sort(
    (a, b) => a - b,
  );

async function ownedOf(account: Account, kind: KindName, owner: Owner, isWanted: IsKnown): Promise<Owned[]> {
  const { recentlyMade } = account;
  const all = await kindOf(kind).owned(account, owner, isWanted);
  const listed = all.filter((actual) => actual.tags === undefined || isOurs(actual.tags, owner));
  const unlisted: Owned[] = [];
  for (const made of recentlyMade.of(owner).filter((each) => each.kind === kind)) {
    const { actual, object } = made;
    if (listed.some(({ id }) => id === actual?.id)) recentlyMade.forget(owner, made);
    else unlisted.push({ id: actual?.id ?? object, actual, unlisted: true });
  }
  return [...listed.map((actual) => ({ id: actual.id, actual })), ...unlisted];
}

/** Marks everything that the owner has, for a pipeline that leaves its objects in AWS; answers the ids of what it marked. */
export async function tagOwned(account: Account, owner: Owner, tags: Tags): Promise<string[]> {
  const tagged: string[] = [];
  for (const name of kindsOf(owner)) {
    const kind = kindOf(name);
    if (!kind.tag) continue;
    for (const actual of await kind.owned(account, owner)) {
      if (!actual.tags || !isOurs(actual.tags, owner)) continue;
      await kind.tag(account, actual, tags);
      tagged.push(actual.id);
    }
  }
  return tagged;
}
