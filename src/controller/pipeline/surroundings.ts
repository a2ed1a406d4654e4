import { regionOwner } from '../../plan/identity.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import { type DomainView, domainsOf, viewDomains } from '../region/domain-view.ts';
import { type GatewayView, viewGateway } from '../region/gateway-view.ts';
import { type NetworkView, viewNetwork } from '../region/network-view.ts';

/** What the region has for its pipelines. */
export interface Surroundings {
  readonly gateway: GatewayView;
  /** Domain names of ours that may lead to the gateway, the first of them first. */
  readonly domains: readonly DomainView[];
  /** Absent: there is none so far. */
  readonly network: NetworkView | undefined;
}

/** What the region has for the pipeline, as AWS shows it. */
export async function viewSurroundings(
  { cluster, config }: Pick<Context, 'cluster' | 'config'>,
  { account, spec }: Pick<Subject, 'account' | 'spec'>,
): Promise<Surroundings> {
  const owner = regionOwner(cluster, config.iamPath);
  const isShared = spec.store.managed !== undefined && spec.network === undefined;
  const names = domainsOf(config, account.region).map(({ name }) => name);
  const [gateway, domains, network] = await Promise.all([
    viewGateway(account, owner),
    viewDomains(account, owner, names),
    isShared ? viewNetwork(account, owner) : undefined,
  ]);
  return { gateway, domains, network };
}
