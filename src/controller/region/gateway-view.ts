import type { Account } from '../../aws/account/account.ts';
import { listGateways } from '../../aws/kinds/rest-api.ts';
import { listRoutes } from '../../aws/kinds/route.ts';
import { lookAtStage } from '../../aws/kinds/stage.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { contentOf, type ShownRoute, stageOf } from '../../plan/gateway.ts';
import type { Carrier } from '../../plan/placement.ts';
import { RECENT_SECONDS } from './recent.ts';

/** One gateway as AWS has it. */
export interface SeenGateway extends Carrier {
  readonly restApiId: string;
  /** Every route that is complete, whether it is deployed or not. */
  readonly routes: readonly ShownRoute[];
  /** Paths that the stage's deployment holds. */
  readonly deployedPaths: ReadonlySet<string>;
}

/** The gateways of a region, the first of them first; none, and so no route, where there is none. */
export type GatewayView = readonly SeenGateway[];

/** Seconds for which one look serves all pipelines; what changes a gateway makes the next look a new one. */
const FRESH_SECONDS = 30;

const viewName = ({ prefix }: Owner) => `gateways of ${prefix}`;

/** Looks at the gateways, or takes what another pipeline saw a moment ago. */
export async function viewGateway(account: Account, owner: Owner): Promise<GatewayView> {
  return await account.inventory.read(viewName(owner), FRESH_SECONDS, async function* () {
    const gateways = await listGateways(account, owner, RECENT_SECONDS);
    yield* await Promise.all(gateways.map(({ number, id }) => look(account, number, id)));
  });
}

/** Makes the next look a new one. */
export function forgetGateway(account: Account, owner: Owner): void {
  account.inventory.forget(viewName(owner));
}

async function look(account: Account, number: number, restApiId: string): Promise<SeenGateway> {
  const [found, stage] = await Promise.all([
    listRoutes(account, restApiId, RECENT_SECONDS),
    lookAtStage(account, stageOf(restApiId), RECENT_SECONDS),
  ]);
  const routes = found
    .map(({ details }) => ({ path: details.path, functionArn: details.functionArn }))
    .filter(({ functionArn }) => functionArn !== '');
  return {
    number,
    restApiId,
    paths: new Set(found.map(({ details }) => details.path)),
    routes,
    deployedPaths: new Set(stage && deployedPathsOf(stage.details, routes)),
  };
}

/** What the deployment is said to hold, or was meant to where AWS does not say. */
function deployedPathsOf(
  { content, paths }: { readonly content: string; readonly paths?: readonly string[] },
  routes: readonly ShownRoute[],
): readonly string[] {
  if (paths) return paths;
  return content === contentOf(routes) ? routes.map(({ path }) => path) : [];
}

/** The gateway through which deliveries to a path reach a function, if they do. */
export const servingGateway = (
  view: GatewayView,
  { path, functionArn }: ShownRoute,
): SeenGateway | undefined =>
  view.find(
    ({ routes, deployedPaths }) =>
      deployedPaths.has(path) &&
      routes.some((route) => route.path === path && route.functionArn === functionArn),
  );

/** Whether no delivery reaches a function any more. `path` is the one that it had. */
export const isUnreachable = (view: GatewayView, { path, functionArn }: ShownRoute): boolean =>
  view.every(
    ({ routes, deployedPaths }) =>
      !routes.some((route) => route.functionArn === functionArn) &&
      // A deployment from before still serves a path whose route is gone; one that has a route is another's.
      (!deployedPaths.has(path) || routes.some((route) => route.path === path)),
  );
