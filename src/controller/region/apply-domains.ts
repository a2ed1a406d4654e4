import type { Account } from '../../aws/account/account.ts';
import { apply, type Outcome, type SeenBefore } from '../../aws/graph/apply.ts';
import { type KindName, nodeKey } from '../../aws/graph/graph.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { type DomainPlan, planDomains, recordId, type ShownGateway } from '../../plan/domains.ts';

/** What the settings say of the domain names of a region. */
export interface WantedDomains {
  readonly domains: readonly DomainPlan[];
  readonly disableExecuteApiEndpoint: boolean;
}

/** What goes when the settings name it no more. */
const KINDS: readonly KindName[] = ['BasePathMapping', 'DnsRecord', 'DomainName'];

/** Has domain names lead to the gateways that show something, and removes those that are not wanted any more. */
export async function applyDomains(
  account: Account,
  owner: Owner,
  { domains, disableExecuteApiEndpoint }: WantedDomains,
  gateways: readonly ShownGateway[],
  before: SeenBefore,
): Promise<Outcome> {
  const graph = planDomains(domains, gateways, disableExecuteApiEndpoint);
  // What can't be looked at, and what leads to no gateway for a while, is wanted all the same.
  const wanted = new Set([
    ...graph.map(({ kind, id }) => nodeKey(kind, id)),
    ...domains.map((domain) => nodeKey('DnsRecord', recordId(domain))),
  ]);
  return await apply(account, graph, owner, {
    only: KINDS,
    before,
    mayRemove: (kind, { id }) => !wanted.has(nodeKey(kind, id)),
  });
}
