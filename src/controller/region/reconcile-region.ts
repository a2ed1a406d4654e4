import type { Account } from '../../aws/account/account.ts';
import { apply, type Outcome } from '../../aws/graph/apply.ts';
import { expectDoubles, removeDoubles } from '../../aws/graph/doubles.ts';
import type { KindName } from '../../aws/graph/graph.ts';
import type { Leftover } from '../../aws/graph/leftover.ts';
import { kinds } from '../../aws/kinds/index.ts';
import { gatewayIds } from '../../aws/kinds/rest-api.ts';
import { listRoutes } from '../../aws/kinds/route.ts';
import { fingerprint } from '../../aws/object/fingerprint.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { planGateway, planStage, type ShownRoute, stageOf } from '../../plan/gateway.ts';
import { ALIAS } from '../../plan/identity.ts';
import { planNetwork } from '../../plan/network.ts';
import { applyDomains, type WantedDomains } from './apply-domains.ts';
import { forgetDomains } from './domain-view.ts';
import { forgetGateway } from './gateway-view.ts';
import { forgetNetwork } from './network-view.ts';
import { problemsOf, type RegionProblem } from './problems.ts';
import type { Torsos } from './torsos.ts';
import type { WantedRoute, WantedRoutes } from './wanted-routes.ts';

export interface RegionInput {
  readonly account: Account;
  readonly owner: Owner;
  readonly wanted: WantedRoutes;
  /** Zones in which the shared network is needed. */
  readonly zones: readonly string[];
  readonly networkCidr: string;
  readonly domains: WantedDomains;
  /** Hosts that are known to stand in the shared network. */
  readonly hostIds: readonly string[];
  /** An earlier process may have made something a moment ago. */
  readonly isResumed: boolean;
  /** True: the region has no pipeline left, and its shared objects are to go with the last one. */
  readonly remove: boolean;
  /** Of one region, kept between two looks. */
  readonly torsos: Torsos;
}

export interface RegionResult {
  readonly failed: boolean;
  readonly settled: boolean;
  readonly seconds?: number;
  /** Whether something was done that pipelines may wait for. */
  readonly changed: boolean;
  /** The kinds of the objects that were made or changed. */
  readonly done: readonly KindName[];
  /** What was to be made, so that what is done for the same once more is told from it; absent where it is all to go. */
  readonly wish?: string;
  readonly problems: readonly RegionProblem[];
  /** What was there twice and is removed. */
  readonly removed: readonly Leftover[];
}

/**
 * The region's shared objects: the gateway with the routes of all pipelines, deployed together, and the shared
 * network. Routes are added, changed and shown one by one, so that no pipeline holds up another; one goes only when
 * its pipeline is being deleted, or when it is a torso that would break every deployment. Operators that watch different
 * namespaces of one cluster share the gateway: a path is of the function that AWS has it call, while that is there, and a
 * torso is left for a minute to whoever may be making it.
 */
export async function reconcileRegion(input: RegionInput): Promise<RegionResult> {
  const { account, owner } = input;
  // What other pipelines saw a moment ago is no ground for a change.
  forgetGateway(account, owner);
  forgetDomains(account, owner);
  forgetNetwork(account, owner);
  const result = input.remove ? await removeShared(input) : await applyShared(input);
  forgetGateway(account, owner);
  forgetDomains(account, owner);
  forgetNetwork(account, owner);
  return result;
}

async function applyShared(input: RegionInput): Promise<RegionResult> {
  const { account, owner, wanted } = input;
  const existing = await existingRoutes(account, owner);
  const { possible, problems } = await sift(account, owner, wanted.routes, existing);
  const isNeeded = wanted.routes.length > 0 || existing.length > 0;
  const unwanted = existing.filter(({ path }) => !possible.some((route) => route.path === path));
  const { abandoned, seconds } = lookAtTorsos(input, unwanted);
  const [network, gateway] = await Promise.all([
    applyNetwork(input),
    // A deletion needs no right to make a gateway.
    isNeeded ? applyGateway(input, possible, abandoned) : NOTHING,
  ]);
  const outcomes = [network, gateway];
  if (network.settled && gateway.settled) {
    outcomes.push(await withoutDoubles(account, owner, [...network.nodes, ...gateway.nodes]));
  }
  outcomes.push(...(await applyShown(input, gateway, possible)));
  const { zones, hostIds, networkCidr, domains } = input;
  const wish = fingerprint([possible, [...wanted.leaving], zones, hostIds, networkCidr, domains, owner.tags]);
  const result = { ...summary(outcomes), wish, problems: [...problems, ...outcomes.flatMap(problemsOf)] };
  return seconds === undefined
    ? result
    : { ...result, settled: false, seconds: Math.min(seconds, result.seconds ?? seconds) };
}

const lookAtTorsos = ({ account, torsos }: RegionInput, existing: readonly ExistingRoute[]) =>
  torsos.look(
    existing.filter(isTorso).map(({ id }) => id),
    account.clock.now(),
  );

async function withoutDoubles(account: Account, owner: Owner, nodes: Outcome['nodes']): Promise<Outcome> {
  const leftovers = await removeDoubles(account, owner, nodes);
  const seconds = leftovers.flatMap((each) => each.seconds ?? []);
  return {
    ...NOTHING,
    leftovers,
    settled: seconds.length === 0,
    failed: leftovers.some(({ why }) => why === 'failed'),
    ...(seconds.length > 0 && { seconds: Math.min(...seconds) }),
  };
}

const NOTHING: Outcome = { nodes: [], leftovers: [], settled: true, failed: false };

const hasFunction = ({ functionArn }: ShownRoute) => functionArn !== '';

interface ExistingRoute extends ShownRoute {
  readonly id: string;
}

/** Neither root nor the resource that holds the routes, which call nothing. */
const isTorso = ({ path, functionArn }: ShownRoute) => functionArn === '' && path.split('/').length > 2;

async function existingRoutes(account: Account, owner: Owner): Promise<ExistingRoute[]> {
  const gateways = await gatewayIds(account, owner);
  const routes = (await Promise.all(gateways.map((id) => listRoutes(account, id)))).flat();
  return routes.map(({ id, details: { path, functionArn } }) => ({ id, path, functionArn }));
}

/** Tells the wanted routes that can be made from those that must wait for their function, or that are another's. */
async function sift(
  account: Account,
  owner: Owner,
  wanted: readonly WantedRoute[],
  existing: readonly ShownRoute[],
): Promise<{ possible: WantedRoute[]; problems: RegionProblem[] }> {
  const possible: WantedRoute[] = [];
  const problems: RegionProblem[] = [];
  await Promise.all(
    wanted.map(async (route) => {
      const holder = existing.find(({ path }) => path === route.path)?.functionArn ?? '';
      if (holder === route.functionArn) possible.push(route);
      else if (holder !== '' && (await canBeCalled(account, owner, holder)))
        problems.push(taken(route, holder));
      else if (await canBeCalled(account, owner, route.functionArn))
        possible.push({ ...route, replaces: holder });
    }),
  );
  return { possible: possible.sort((a, b) => (a.path < b.path ? -1 : 1)), problems };
}

/** Whether the function behind an alias is there and lets the gateway call it. */
async function canBeCalled(account: Account, owner: Owner, aliasArn: string): Promise<boolean> {
  const functionName = aliasArn.split(':')[6] ?? '';
  const found = await kinds.Permission.find(account, { functionName, alias: ALIAS, sourceArn: '' }, owner);
  return found !== undefined;
}

const taken = ({ path }: WantedRoute, holder: string): RegionProblem => ({
  part: 'Gateway',
  path,
  reason: 'PathTaken',
  message: `the path ${path} serves ${holder}, which is no pipeline of this operator now (retained, or another operator's): remove that function, or make this pipeline anew with another spec.endpoint.path`,
  terminal: true,
});

async function removeShared(input: RegionInput): Promise<RegionResult> {
  const { account, owner } = input;
  const existing = await existingRoutes(account, owner);
  const left = { failed: false, settled: true, changed: false, done: [], problems: [], removed: [] };
  // A pipeline that was left in AWS on purpose still takes deliveries.
  if (existing.some(hasFunction)) return left;
  const { seconds } = lookAtTorsos(input, existing);
  if (seconds !== undefined) return { ...left, settled: false, seconds };
  const outcome = await apply(account, [], owner);
  return { ...summary([outcome]), problems: problemsOf(outcome) };
}

async function applyNetwork({
  account,
  owner,
  zones,
  networkCidr,
  hostIds,
  isResumed,
}: RegionInput): Promise<Outcome> {
  // Subnets stay for as long as the network: some host may stand in each.
  const existing = (await kinds.Subnet.owned(account, owner)).map(({ details }) => details.zone);
  const all = [...new Set([...zones, ...existing])].sort();
  const graph = planNetwork(networkCidr, all, hostIds);
  if (isResumed) expectDoubles(account, owner, graph);
  return await apply(account, graph, owner, { mayRemove: false });
}

async function applyGateway(
  { account, owner, wanted: { leaving }, isResumed }: RegionInput,
  routes: readonly WantedRoute[],
  abandoned: ReadonlySet<string>,
): Promise<Outcome> {
  const graph = planGateway(owner, routes);
  if (isResumed) expectDoubles(account, owner, graph);
  return await apply(account, graph, owner, {
    mayRemove: (kind, actual) => {
      if (kind !== 'Route') return false;
      const { functionArn } = actual.details as { functionArn: string };
      return functionArn === '' ? abandoned.has(actual.id) : leaving.has(functionArn);
    },
  });
}

/** What senders see: the stage, and the domain names that lead to it. */
async function applyShown(
  { account, owner, domains }: RegionInput,
  { nodes }: Outcome,
  routes: readonly WantedRoute[],
): Promise<Outcome[]> {
  const { id: restApiId, isClosed } = nodes.find(({ node }) => node.kind === 'RestApi')?.outputs ?? {};
  if (restApiId === undefined) return [];
  const shown = (await listRoutes(account, restApiId))
    .map(({ details }) => ({ path: details.path, functionArn: details.functionArn }))
    .filter(hasFunction);
  if (shown.length > 0) {
    const stage = await apply(account, planStage(restApiId, shown, routes), owner, { mayRemove: false });
    if (!stage.settled) return [stage];
    const gateway = { number: 1, restApiId, isClosed: isClosed === 'true' };
    return [stage, await applyDomains(account, owner, domains, [gateway])];
  }
  const unmapped = await applyDomains(account, owner, domains, []);
  // API Gateway refuses to deploy an API without methods; then there is nothing to show either, unless something
  // is shown that has to go, for which the stage itself goes.
  const stage = await kinds.Stage.find(account, stageOf(restApiId), owner);
  if (stage) await kinds.Stage.remove(account, stage, owner);
  return [unmapped];
}

function summary(outcomes: readonly Outcome[]): Omit<RegionResult, 'problems'> {
  const seconds = outcomes.flatMap((outcome) => outcome.seconds ?? []);
  const optionalFailed = outcomes.some(({ nodes }) => nodes.some(({ state }) => state === 'Failed'));
  return {
    failed: optionalFailed || outcomes.some(({ failed }) => failed),
    // A route that waits holds up no other, but is waited for.
    settled: outcomes.every(
      ({ settled, nodes }) => settled && nodes.every(({ state }) => state !== 'Pending'),
    ),
    done: outcomes.flatMap(({ nodes }) =>
      nodes.flatMap(({ node, done }) => (done.length > 0 ? [node.kind] : [])),
    ),
    changed: outcomes.some(
      ({ nodes, leftovers }) =>
        nodes.some(({ done }) => done.length > 0) || leftovers.some(({ why }) => why !== 'kept'),
    ),
    removed: outcomes.flatMap(({ leftovers }) => leftovers.filter(({ why }) => why === 'removed')),
    ...(seconds.length > 0 && { seconds: Math.min(...seconds) }),
  };
}
