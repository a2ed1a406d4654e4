import { type Owner, TAGS } from '../object/owner.ts';
import type { Account } from './account.ts';
import { isOfCall } from './errors.ts';

/** What a list shows of everybody's objects, and when it was asked for. */
export interface Survey<Item> {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly byId: ReadonlyMap<string, Item>;
}

export interface OwnedSurvey<Item> extends Survey<Item> {
  /** What one owner has. */
  readonly of: (owner: Owner) => readonly Item[];
}

/** A list that shows the objects of all pipelines of a region. */
export interface Listing<Item> {
  readonly name: string;
  readonly load: (account: Account, owner: Owner) => AsyncIterable<Item>;
  readonly idOf: (item: Item) => string;
}

/** One that tells whose each object is. */
export interface OwnedListing<Item> extends Listing<Item> {
  /** What `Item` and `Owner` have in common where it is the owner's. */
  readonly ownerOf: (item: Item) => string;
  readonly keyOf: (owner: Owner) => string;
}

/** Seconds for which a list serves: longer than the pause between two looks at a pipeline, so that one serves all of them. */
export const SURVEY_SECONDS = 90;

/**
 * A list of everybody's objects, read once for all pipelines. It may lag, so that it settles only what it shows to be
 * right. Nothing where AWS does not give it, as for want of a right: what is wanted is then looked for by itself.
 */
export function survey<Item>(
  account: Account,
  owner: Owner,
  listing: OwnedListing<Item>,
): Promise<OwnedSurvey<Item> | undefined>;
export function survey<Item>(
  account: Account,
  owner: Owner,
  listing: Listing<Item>,
): Promise<Survey<Item> | undefined>;
export async function survey<Item>(
  account: Account,
  owner: Owner,
  listing: Listing<Item> | OwnedListing<Item>,
): Promise<Survey<Item> | undefined> {
  const { name, load, idOf } = listing;
  const [found] = await account.inventory.read(nameFor(name, owner), SURVEY_SECONDS, async function* () {
    const at = account.clock.now();
    try {
      const items = await Array.fromAsync(load(account, owner));
      const byId = new Map(items.map((item) => [idOf(item), item]));
      yield { at, byId, ...('ownerOf' in listing && byOwner(items, listing)) };
    } catch (error) {
      if (!isOfCall(error)) throw error;
      // The look at the single object meets the same trouble, and says so.
      yield undefined;
    }
  });
  return found;
}

function byOwner<Item>(items: readonly Item[], { ownerOf, keyOf }: OwnedListing<Item>) {
  const groups = Map.groupBy(items, ownerOf);
  return { of: (owner: Owner) => groups.get(keyOf(owner)) ?? [] };
}

/** When a list that still serves was asked for, in milliseconds since the epoch. */
export const surveyedAt = <Item>(
  account: Account,
  owner: Owner,
  { name }: Listing<Item>,
): number | undefined => account.inventory.askedAt(nameFor(name, owner));

/** Whether a list that still serves is there, so that nobody waits for it. */
export const isSurveyed = <Item>(account: Account, owner: Owner, { name }: Listing<Item>): boolean =>
  account.inventory.isThere(nameFor(name, owner));

const nameFor = (name: string, { identity }: Owner) => `survey of ${name} of ${identity[TAGS.cluster]}`;
