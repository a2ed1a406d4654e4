import { type Account, type AccountOptions, openAccount } from './account.ts';

/** Gives the account in each region, opened when it is first asked for. */
export function accounts(options: AccountOptions): (region: string) => Promise<Account> {
  const open = new Map<string, Promise<Account>>();
  return (region) => {
    const known = open.get(region);
    if (known) return known;
    const opened = openAccount(region, options);
    open.set(region, opened);
    // Credentials and networks get mended: the next reconcile tries again.
    opened.catch(() => open.delete(region));
    return opened;
  };
}
