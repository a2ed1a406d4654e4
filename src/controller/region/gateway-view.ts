import type { Account } from '../../aws/account/account.ts';
import { kinds } from '../../aws/kinds/index.ts';
import { gatewayIds } from '../../aws/kinds/rest-api.ts';
import { listRoutes } from '../../aws/kinds/route.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { contentOf, type ShownRoute, stageOf } from '../../plan/gateway.ts';

/** The gateway as AWS has it. */
export interface GatewayView {
  /** Absent: there is none, and so no route. */
  readonly restApiId?: string;
  /** Every route that is complete, whether it is deployed or not. */
  readonly routes: readonly ShownRoute[];
  /** Paths that the stage's deployment holds. */
  readonly deployedPaths: ReadonlySet<string>;
}

/** Seconds for which one look serves all pipelines; what changes the gateway makes the next look a new one. */
const FRESH_SECONDS = 10;

const viewName = ({ prefix }: Owner) => `gateway of ${prefix}`;

/** Looks at the gateway, or takes what another pipeline saw a moment ago. */
export async function viewGateway(account: Account, owner: Owner): Promise<GatewayView> {
  const [view] = await account.inventory.read(viewName(owner), FRESH_SECONDS, async function* () {
    yield await look(account, owner);
  });
  return view ?? NO_GATEWAY;
}

/** Makes the next look a new one. */
export function forgetGateway(account: Account, owner: Owner): void {
  account.inventory.forget(viewName(owner));
}

const NO_GATEWAY: GatewayView = { routes: [], deployedPaths: new Set() };

async function look(account: Account, owner: Owner): Promise<GatewayView> {
  const [restApiId] = await gatewayIds(account, owner);
  if (restApiId === undefined) return NO_GATEWAY;
  const [found, stage] = await Promise.all([
    listRoutes(account, restApiId),
    kinds.Stage.find(account, stageOf(restApiId), owner),
  ]);
  const routes = found
    .map(({ details }) => ({ path: details.path, functionArn: details.functionArn }))
    .filter(({ functionArn }) => functionArn !== '');
  return {
    restApiId,
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

/** Whether deliveries to a path reach a function. */
export function isServed(view: GatewayView, { path, functionArn }: ShownRoute): boolean {
  const isThere = view.routes.some((route) => route.path === path && route.functionArn === functionArn);
  return isThere && view.deployedPaths.has(path);
}

/** Whether no delivery reaches a function any more. `path` is the one that it had. */
export function isUnreachable(view: GatewayView, { path, functionArn }: ShownRoute): boolean {
  if (view.routes.some((route) => route.functionArn === functionArn)) return false;
  // A deployment from before still serves a path whose route is gone.
  return !view.deployedPaths.has(path);
}
