import type { Account } from '../account/account.ts';
import { type Actual, byId } from '../object/actual.ts';
import type { Owner } from '../object/owner.ts';

/** What an owner has of one of the kinds of which a network is made. */
export interface NetworkList<Details> {
  /** Everything, by id. A list may serve that is so many `seconds` old. */
  read(account: Account, owner: Owner, seconds?: number): Promise<Actual<Details>[]>;
  /** Does `work`, which changes what the list shows. */
  change<T>(account: Account, owner: Owner, work: () => Promise<T>): Promise<T>;
}

/** A list for which each object of a network asks in one pass, and so does what stands on it: read once for all of them. */
export function networkList<Details>(
  what: string,
  load: (account: Account, owner: Owner) => Promise<Actual<Details>[]>,
): NetworkList<Details> {
  const nameFor = ({ prefix }: Owner) => `${what} of ${prefix}`;
  return {
    read: (account, owner, seconds = 1) =>
      account.inventory.read(nameFor(owner), seconds, async function* () {
        yield* (await load(account, owner)).sort(byId);
      }),
    change: (account, owner, work) => account.inventory.change(nameFor(owner), work),
  };
}
