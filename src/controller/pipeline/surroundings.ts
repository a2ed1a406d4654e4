import { regionOwner, routePath } from '../../plan/identity.ts';
import type { Context } from '../context.ts';
import { pathOf } from '../input/endpoint-claim.ts';
import type { Subject } from '../input/gather.ts';
import { type DomainView, domainsOf, viewDomains } from '../region/domain-view.ts';
import { type GatewayView, viewGateway } from '../region/gateway-view.ts';
import { type NetworkView, viewNetwork } from '../region/network-view.ts';
import { placedOn } from '../region/placed-on.ts';
import { wantedRoutes } from '../region/wanted-routes.ts';

/** What the region has for its pipelines. */
export interface Surroundings {
  readonly gateways: GatewayView;
  /** Number of the one that carries the pipeline's route, or is to carry it. */
  readonly gatewayNumber: number;
  /** Domain names of ours that may lead to the gateway, the first of them first. */
  readonly domains: readonly DomainView[];
  /** Absent: there is none so far. */
  readonly network: NetworkView | undefined;
}

/** What the region has for the pipeline, as AWS shows it. */
export async function viewSurroundings(
  { cluster, config, pipelines }: Pick<Context, 'cluster' | 'config' | 'pipelines'>,
  { account, spec, pipeline }: Pick<Subject, 'account' | 'spec' | 'pipeline'>,
): Promise<Surroundings> {
  const owner = regionOwner(cluster, config.iamPath);
  const isShared = spec.store.managed !== undefined && spec.network === undefined;
  const names = domainsOf(config, account.region).map(({ name }) => name);
  const [gateways, domains, network] = await Promise.all([
    viewGateway(account, owner),
    viewDomains(account, owner, names),
    isShared ? viewNetwork(account, owner) : undefined,
  ]);
  const gatewayNumber = placedOn(
    gateways,
    routePath(pathOf(pipeline, config)),
    () => wantedRoutes(pipelines.list(), account, cluster, config).routes,
    config.resourcesPerApi,
  );
  return { gateways, gatewayNumber, domains, network };
}
