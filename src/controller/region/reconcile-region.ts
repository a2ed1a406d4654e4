import type { Account } from '../../aws/account/account.ts';
import { apply, type NodeOutcome, type Outcome, type SeenBefore } from '../../aws/graph/apply.ts';
import { expectDoubles, removeDoubles } from '../../aws/graph/doubles.ts';
import type { Leftover } from '../../aws/graph/leftover.ts';
import { kinds } from '../../aws/kinds/index.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { planNetwork } from '../../plan/network.ts';
import { placeRoutes } from '../../plan/placement.ts';
import { applyDomains, type WantedDomains } from './apply-domains.ts';
import {
  applyGateway,
  findGateways,
  type Gateway,
  hideGateway,
  neededGateways,
  removeGateways,
  removeRoutes,
  showGateway,
} from './apply-gateways.ts';
import { forgetDomains } from './domain-view.ts';
import { forgetGateway } from './gateway-view.ts';
import { forgetNetwork } from './network-view.ts';
import { ofLeftovers } from './outcomes.ts';
import { problemsOf, type RegionProblem } from './problems.ts';
import { type ExistingRoute, existingRoutes, hasFunction, isTorso, siftRoutes } from './sift-routes.ts';
import type { Torsos } from './torsos.ts';
import type { WantedRoute, WantedRoutes } from './wanted-routes.ts';

export interface RegionInput {
  readonly account: Account;
  readonly owner: Owner;
  readonly wanted: WantedRoutes;
  /** Whether a function, by the ARN of its alias, is of a pipeline in an earlier namespace: its route stays. */
  readonly isOfPredecessor: (functionArn: string) => Promise<boolean>;
  /** Zones in which the shared network is needed. */
  readonly zones: readonly string[];
  readonly networkCidr: string;
  readonly domains: WantedDomains;
  /** Resources that one REST API may have. */
  readonly resourcesPerApi: number;
  /** Hosts that are known to stand in the shared network. */
  readonly hostIds: readonly string[];
  /** An earlier process may have made something a moment ago. */
  readonly isResumed: boolean;
  /** True: the region has no pipeline left, and its shared objects are to go with the last one. */
  readonly remove: boolean;
  /** Of one region, kept between two looks. */
  readonly torsos: Torsos;
  /** How the look before came out: what was right a moment ago of what only the settings change is not read again. */
  readonly before: SeenBefore;
}

export interface RegionResult extends SeenBefore {
  readonly failed: boolean;
  readonly settled: boolean;
  readonly seconds?: number;
  /** Whether something was done that pipelines may wait for. */
  readonly changed: boolean;
  readonly problems: readonly RegionProblem[];
  /** What was there twice and is removed. */
  readonly removed: readonly Leftover[];
}

/**
 * The region's shared objects: the gateways with the routes of all pipelines, those of one deployed together, what leads to
 * them by domain names, and the shared network. Routes are added, changed and shown one by one, so that no pipeline holds up another; one goes only when
 * its pipeline is being deleted or has another path, or when it is a torso that would break every deployment. Operators that watch different
 * namespaces of one cluster share the gateway: a path is of the function that AWS has it call, while that is there, and a
 * torso is left for a minute to whoever may be making it.
 */
export async function reconcileRegion(input: RegionInput): Promise<RegionResult> {
  const { account, owner } = input;
  const result = input.remove ? await removeShared(input) : await applyShared(input);
  // What failed may have taken effect.
  if (result.changed || result.failed) {
    forgetGateway(account, owner);
    forgetDomains(account, owner);
    forgetNetwork(account, owner);
  }
  return result;
}

async function applyShared(input: RegionInput): Promise<RegionResult> {
  const { account, owner, wanted, resourcesPerApi } = input;
  const startedAt = account.clock.now();
  const existing = await existingRoutes(account, owner);
  const gateways = await findGateways(account, owner);
  const placement = placeRoutes(wanted.routes, gateways, resourcesPerApi);
  const restApiIdOf = (path: string) =>
    gateways.find(({ number }) => number === placement.get(path))?.restApiId;
  const { possible, problems, failed } = await siftRoutes(account, wanted.routes, existing, restApiIdOf);
  const unwanted = existing.filter(({ path }) => !possible.some((route) => route.path === path));
  const { abandoned, seconds } = lookAtTorsos(input, unwanted);
  const needed = [...neededGateways(gateways, placement)];
  const routesOn = (number: number) => possible.filter(({ path }) => placement.get(path) === number);
  const [network, ...applied] = await Promise.all([
    applyNetwork(input),
    ...needed.map((number) => applyGateway(input, number, routesOn(number))),
  ]);
  const outcomes = [network, ...applied, await removeRoutes(input, wanted, existing, abandoned)];
  if (outcomes.every(({ settled }) => settled)) {
    const isSeenNow = ({ seenAt = 0 }: NodeOutcome) => seenAt >= startedAt;
    const nodes = outcomes.flatMap((each) => each.nodes).filter(isSeenNow);
    outcomes.push(ofLeftovers(await removeDoubles(account, owner, nodes)));
  }
  const made = applied.map((outcome, index) => ({ number: needed[index] ?? 1, outcome }));
  const shown = await applyShown(input, gateways, made, possible);
  outcomes.push(...shown);
  const swept = shown.find((each) => each.swept)?.swept;
  const all = summary(outcomes);
  const result = {
    ...all,
    failed: all.failed || failed,
    swept,
    problems: [...problems, ...outcomes.flatMap(problemsOf)],
  };
  return seconds === undefined
    ? result
    : { ...result, settled: false, seconds: Math.min(seconds, result.seconds ?? seconds) };
}

/** What senders see: the stages, the domain names that lead to them, and nothing of what is empty. */
async function applyShown(
  input: RegionInput,
  gateways: readonly Gateway[],
  made: readonly { readonly number: number; readonly outcome: Outcome }[],
  routes: readonly WantedRoute[],
): Promise<Outcome[]> {
  const { account, owner, domains, before } = input;
  const all = await Promise.all(
    made.map(({ number, outcome }) => showGateway(input, number, outcome, routes)),
  );
  const stages = all.filter((each) => each !== undefined);
  const outcomes = stages.map(({ outcome }) => outcome);
  if (gateways.length === 0 && made.length === 0) return outcomes;
  const shown = stages.map((each) => each.shown);
  outcomes.push(await applyDomains(account, owner, domains, shown, before));
  const hidden = gateways.filter(({ restApiId }) => !shown.some((each) => each.restApiId === restApiId));
  for (const each of hidden) await hideGateway(input, each);
  const isNeeded = ({ number }: Gateway) => made.some((each) => each.number === number);
  const empty = gateways.filter((each) => !isNeeded(each));
  outcomes.push(await removeGateways(input, empty, gateways.filter(isNeeded)));
  return outcomes;
}

const lookAtTorsos = ({ account, torsos }: RegionInput, existing: readonly ExistingRoute[]) =>
  torsos.look(
    existing.filter(isTorso).map(({ id }) => id),
    account.clock.now(),
  );

async function removeShared(input: RegionInput): Promise<RegionResult> {
  const { account, owner } = input;
  const existing = await existingRoutes(account, owner);
  const left = { failed: false, settled: true, changed: false, nodes: [], problems: [], removed: [] };
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
  before,
}: RegionInput): Promise<Outcome> {
  // Subnets stay for as long as the network: some host may stand in each.
  const existing = (await kinds.Subnet.owned(account, owner)).map(({ details }) => details.zone);
  const all = [...new Set([...zones, ...existing])].sort();
  const graph = planNetwork(networkCidr, all, hostIds);
  if (isResumed) expectDoubles(account, owner, graph);
  return await apply(account, graph, owner, { mayRemove: false, before: { nodes: before.nodes } });
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
    nodes: outcomes.flatMap(({ nodes }) => nodes),
    changed: outcomes.some(
      ({ nodes, leftovers }) =>
        nodes.some(({ done }) => done.length > 0) || leftovers.some(({ why }) => why !== 'kept'),
    ),
    removed: outcomes.flatMap(({ leftovers }) => leftovers.filter(({ why }) => why === 'removed')),
    ...(seconds.length > 0 && { seconds: Math.min(...seconds) }),
  };
}
