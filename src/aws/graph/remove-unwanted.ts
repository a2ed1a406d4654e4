import type { Account } from '../account/account.ts';
import { judge } from '../account/errors.ts';
import { kindOf, kinds } from '../kinds/index.ts';
import type { Actual } from '../object/kind.ts';
import { type Owner, TAGS, type Tags } from '../object/owner.ts';
import type { KindName } from './graph.ts';
import { isOurs } from './ownership.ts';

/** An object that the graph does not want: on its way out, kept on purpose, or not to be removed for now. */
export interface Leftover {
  readonly kind: KindName;
  readonly id: string;
  readonly why: 'removing' | 'kept' | 'failed';
  readonly message?: string;
}

/** Which objects that nothing wants may go. */
export type MayRemove = (kind: KindName, actual: Actual) => boolean;

/** What a graph wants. */
export interface Wanted {
  /** As "Kind id". */
  readonly objects: ReadonlySet<string>;
  /** Kinds of which an object may be wanted that could not be seen: nothing of them is touched. */
  readonly unseen: ReadonlySet<KindName>;
}

/** Objects of a lower order first; those of one order side by side; the next only when all before are gone. */
export async function removeUnwanted(
  account: Account,
  owner: Owner,
  wanted: Wanted,
  mayRemove: MayRemove = () => true,
): Promise<Leftover[]> {
  const leftovers: Leftover[] = [];
  const names = (Object.keys(kinds) as KindName[]).filter((name) => !wanted.unseen.has(name));
  const orders = [...new Set(names.map((name) => kinds[name].removal))].sort((a, b) => a - b);
  for (const order of orders) {
    const batch = names.filter((name) => kinds[name].removal === order);
    const unwantedOf = async (name: KindName): Promise<Actual[] | Leftover> => {
      const owned = await ownedOf(account, name, owner);
      if ('why' in owned) return owned;
      return owned.filter((actual) => !wanted.objects.has(`${name} ${actual.id}`) && mayRemove(name, actual));
    };
    const left = await Promise.all(
      batch.map(async (name): Promise<Leftover[]> => {
        const unwanted = await unwantedOf(name);
        if ('why' in unwanted) return [unwanted];
        const asked = await Promise.all(unwanted.map((actual) => removeOne(account, name, actual, owner)));
        if (!asked.some(({ why }) => why === 'removing')) return asked;
        // Much is gone at once; what isn't is waited for.
        const still = await unwantedOf(name);
        if ('why' in still) return [...asked, still];
        return asked.filter(({ why, id }) => why !== 'removing' || still.some((actual) => actual.id === id));
      }),
    );
    leftovers.push(...left.flat());
    if (leftovers.some(({ why }) => why !== 'kept')) break;
  }
  return leftovers;
}

async function ownedOf(account: Account, kind: KindName, owner: Owner): Promise<Actual[] | Leftover> {
  try {
    const all = await kindOf(kind).owned(account, owner);
    return all.filter((actual) => actual.tags === undefined || isOurs(actual.tags, owner));
  } catch (error) {
    return { kind, id: '(list)', why: 'failed', message: judge(error).message };
  }
}

async function removeOne(account: Account, kind: KindName, actual: Actual, owner: Owner): Promise<Leftover> {
  if (actual.tags?.[TAGS.reclaimPolicy] === 'Retain') return { kind, id: actual.id, why: 'kept' };
  if (actual.state.is === 'leaving')
    return { kind, id: actual.id, why: 'removing', message: actual.state.why };
  try {
    await kindOf(kind).remove(account, actual, owner);
    return { kind, id: actual.id, why: 'removing' };
  } catch (error) {
    const judgement = judge(error);
    return {
      kind,
      id: actual.id,
      why: judgement.is === 'requeue' ? 'removing' : 'failed',
      message: judgement.message,
    };
  }
}

/** Marks everything that the owner has, for a pipeline that leaves its objects in AWS. */
export async function tagOwned(account: Account, owner: Owner, tags: Tags): Promise<void> {
  for (const name of Object.keys(kinds) as KindName[]) {
    const kind = kindOf(name);
    if (!kind.tag) continue;
    for (const actual of await kind.owned(account, owner)) {
      if (actual.tags && isOurs(actual.tags, owner)) await kind.tag(account, actual, tags);
    }
  }
}
