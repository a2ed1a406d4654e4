import type { Account } from '../../aws/account/account.ts';
import { listMappings } from '../../aws/kinds/base-path-mappings.ts';
import { findDomainName } from '../../aws/kinds/domain-name.ts';
import { carries, type Owner } from '../../aws/object/owner.ts';
import type { Config } from '../../config.ts';
import type { DomainPlan } from '../../plan/domains.ts';

/** A domain name of ours as AWS has it. */
export interface DomainView {
  readonly name: string;
  /** What it has to lead to in DNS. */
  readonly target: string;
  /** By the REST API that it leads to; empty for none. */
  readonly basePaths: Readonly<Record<string, string>>;
}

/** Seconds for which one look serves all pipelines; what the region does to them makes the next look a new one. */
const FRESH_SECONDS = 60;

const viewName = ({ prefix }: Owner) => `domain names of ${prefix}`;

/** The domain names that the settings give to a region. */
export const domainsOf = (
  { domains, region: standard }: Pick<Config, 'domains' | 'region'>,
  region: string,
): DomainPlan[] => domains.filter((each) => (each.region ?? standard) === region);

/** Looks at domain names, or takes what another pipeline saw a moment ago. */
export async function viewDomains(
  account: Account,
  owner: Owner,
  names: readonly string[],
): Promise<DomainView[]> {
  if (names.length === 0) return [];
  return await account.inventory.read(viewName(owner), FRESH_SECONDS, async function* () {
    const views = await Promise.all(names.map((name) => look(account, owner, name)));
    yield* views.filter((view) => view !== undefined);
  });
}

/** Makes the next look a new one. */
export function forgetDomains(account: Account, owner: Owner): void {
  account.inventory.forget(viewName(owner));
}

async function look(account: Account, { identity }: Owner, name: string): Promise<DomainView | undefined> {
  const found = await findDomainName(account, name);
  if (!found || !carries(found.tags ?? {}, identity)) return undefined;
  const mappings = await listMappings(account, name);
  return {
    name,
    target: found.outputs.target ?? '',
    basePaths: Object.fromEntries(mappings.map(({ restApiId, basePath }) => [restApiId, basePath])),
  };
}
