import type { Account } from '../../aws/account/account.ts';
import { judge } from '../../aws/account/errors.ts';
import { callerOf, knownCallerOf } from '../../aws/kinds/permission.ts';
import { gatewayIds } from '../../aws/kinds/rest-api.ts';
import { listRoutes } from '../../aws/kinds/route.ts';
import type { Owner } from '../../aws/object/owner.ts';
import type { ShownRoute } from '../../plan/gateway.ts';
import { ALIAS } from '../../plan/identity.ts';
import type { RegionProblem } from './problems.ts';
import type { WantedRoute } from './wanted-routes.ts';

/** A resource of a gateway. */
export interface ExistingRoute extends ShownRoute {
  readonly id: string;
}

export const hasFunction = ({ functionArn }: ShownRoute): boolean => functionArn !== '';

/** Neither root nor the resource that holds the routes, which call nothing. */
export const isTorso = ({ path, functionArn }: ShownRoute): boolean =>
  functionArn === '' && path.split('/').length > 2;

/** Every resource of the gateways of an owner. */
export async function existingRoutes(account: Account, owner: Owner): Promise<ExistingRoute[]> {
  const gateways = await gatewayIds(account, owner);
  const routes = (await Promise.all(gateways.map((id) => listRoutes(account, id)))).flat();
  return routes.map(({ id, details: { path, functionArn } }) => ({ id, path, functionArn }));
}

/** Which wanted routes can be made, and what speaks against others. */
interface Sifted {
  readonly possible: readonly WantedRoute[];
  readonly problems: readonly RegionProblem[];
  /** Of some AWS did not say. */
  readonly failed: boolean;
}

/**
 * Tells the wanted routes that can be made from those that must wait for their function, or that are another's. One of which
 * AWS does not say waits alone. `restApiIdOf` answers which REST API a path is to be on, once that is there.
 */
export async function siftRoutes(
  account: Account,
  wanted: readonly WantedRoute[],
  existing: readonly ShownRoute[],
  restApiIdOf: (path: string) => string | undefined,
): Promise<Sifted> {
  const possible: WantedRoute[] = [];
  const problems: RegionProblem[] = [];
  let failed = false;
  const holders = new Map(existing.map(({ path, functionArn }) => [path, functionArn]));
  const sift = async (route: WantedRoute): Promise<void> => {
    const holder = holders.get(route.path) ?? '';
    if (holder === route.functionArn) possible.push(route);
    else if (holder !== '' && (await callerOfAlias(account, holder)) !== undefined)
      problems.push(taken(route, holder));
    else if (await canCall(account, route, restApiIdOf(route.path)))
      possible.push({ ...route, replaces: holder });
  };
  await Promise.all(
    wanted.map((route) =>
      sift(route).catch((error: unknown) => {
        failed = true;
        problems.push(unseen(route, error));
      }),
    ),
  );
  return { possible: possible.sort((a, b) => (a.path < b.path ? -1 : 1)), problems, failed };
}

/** Whether a route's function is there and lets the REST API call it. */
async function canCall(account: Account, route: WantedRoute, restApiId?: string): Promise<boolean> {
  // Hundreds may wait to be begun: what the look of a pipeline has come upon is known without asking.
  const ask = route.isAliasTold ? callerOf : knownCallerOf;
  const source = await callerOfAlias(account, route.functionArn, ask);
  if (source === undefined) return false;
  const [, caller = restApiId] = /:execute-api:[^:]*:[^:]*:([^/]+)/.exec(source) ?? [];
  return restApiId === undefined || caller === restApiId;
}

const callerOfAlias = (account: Account, aliasArn: string, ask = callerOf) =>
  ask(account, aliasArn.split(':')[6] ?? '', ALIAS);

function unseen({ path }: WantedRoute, error: unknown): RegionProblem {
  const judged = judge(error);
  return {
    part: 'Gateway',
    path,
    reason: judged.is === 'requeue' ? 'Progressing' : judged.reason,
    message: `Route ${path}: ${judged.message}`,
    terminal: judged.is === 'terminal',
  };
}

const taken = ({ path }: WantedRoute, holder: string): RegionProblem => ({
  part: 'Gateway',
  path,
  reason: 'PathTaken',
  message: `the path ${path} serves ${holder}, which is no pipeline of this operator now (retained, or another operator's): remove that function, or make this pipeline anew with another spec.endpoint.path`,
  terminal: true,
});
