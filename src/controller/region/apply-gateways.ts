import type { Account } from '../../aws/account/account.ts';
import { judge } from '../../aws/account/errors.ts';
import { apply, type Outcome, type SeenBefore } from '../../aws/graph/apply.ts';
import { expectDoubles } from '../../aws/graph/doubles.ts';
import type { Leftover } from '../../aws/graph/leftover.ts';
import { failed as failedToRemove } from '../../aws/graph/remove-owned.ts';
import { type MayRemove, removeUnwanted } from '../../aws/graph/remove-unwanted.ts';
import { kinds } from '../../aws/kinds/index.ts';
import { listGateways } from '../../aws/kinds/rest-api.ts';
import { listRoutes } from '../../aws/kinds/route.ts';
import type { Owner } from '../../aws/object/owner.ts';
import type { ShownGateway } from '../../plan/domains.ts';
import { planGateway, planStage, type ShownRoute, stageOf } from '../../plan/gateway.ts';
import type { Carrier, Placement } from '../../plan/placement.ts';
import { ofLeftovers } from './outcomes.ts';
import { type ExistingRoute, hasFunction } from './sift-routes.ts';
import type { WantedRoute, WantedRoutes } from './wanted-routes.ts';

/** A gateway with all resources that it has. */
export interface Gateway extends Carrier {
  readonly restApiId: string;
}

/** What gateways are worked on with. */
export interface GatewayWork {
  readonly account: Account;
  readonly owner: Owner;
  /** An earlier process may have made something a moment ago. */
  readonly isResumed: boolean;
  /** How the look before came out. */
  readonly before: SeenBefore;
}

/** Resources of a gateway that has no route. */
const BARE = 2;

export async function findGateways(account: Account, owner: Owner): Promise<Gateway[]> {
  const gateways = await listGateways(account, owner);
  return await Promise.all(
    gateways.map(async ({ number, id }) => {
      const resources = await listRoutes(account, id);
      return { number, restApiId: id, paths: new Set(resources.map(({ details }) => details.path)) };
    }),
  );
}

/** The numbers of the gateways that are to be there: what is on its way to one, what is on one, and the first. */
export const neededGateways = (gateways: readonly Gateway[], placement: Placement): Set<number> =>
  new Set([
    ...placement.values(),
    ...gateways.filter(({ number, paths }) => number === 1 || paths.size > BARE).map(({ number }) => number),
  ]);

/** One gateway, with the routes that can be made on it. */
export async function applyGateway(
  { account, owner, isResumed, before }: GatewayWork,
  number: number,
  routes: readonly WantedRoute[],
): Promise<Outcome> {
  const graph = planGateway(owner, number, routes);
  if (isResumed) expectDoubles(account, owner, graph);
  // An API and its routes are looked at as they are now; what it answers by itself changes with the operator alone.
  const nodes = before.nodes.filter(({ node }) => node.kind === 'GatewayResponse');
  return await apply(account, graph, owner, { mayRemove: false, before: { nodes } });
}

/** What routes go by. */
interface RouteRemoval extends GatewayWork {
  /** Whether a function, by the ARN of its alias, is of a pipeline in an earlier namespace: it goes on serving. */
  readonly isOfPredecessor: (functionArn: string) => Promise<boolean>;
}

/** Removes the routes of functions that leave, or that have another path now, and what was left half made. */
export async function removeRoutes(
  { account, owner, isOfPredecessor }: RouteRemoval,
  { routes, leaving }: WantedRoutes,
  existing: readonly ExistingRoute[],
  abandoned: ReadonlySet<string>,
): Promise<Outcome> {
  const paths = new Map(routes.map(({ functionArn, path }) => [functionArn, path]));
  const failed: Leftover[] = [];
  const due = new Set<string>();
  const look = async ({ id, path, functionArn }: ExistingRoute): Promise<void> => {
    try {
      if (!(await isOfPredecessor(functionArn))) due.add(id);
    } catch (error) {
      failed.push(failedToRemove('Route', path, judge(error)));
    }
  };
  const isToGo = ({ path, functionArn }: ExistingRoute) =>
    functionArn !== '' && (leaving.has(functionArn) || (paths.get(functionArn) ?? path) !== path);
  await Promise.all(existing.filter(isToGo).map(look));
  const mayRemove: MayRemove = (_, actual) => {
    if ((actual.details as ShownRoute).functionArn === '') return abandoned.has(actual.id);
    return due.has(actual.id);
  };
  const wanted = { objects: new Set<string>(), unseen: new Set<never>() };
  const left = await removeUnwanted(account, owner, wanted, { only: ['Route'], mayRemove });
  return ofLeftovers([...failed, ...left]);
}

/** Has the stage show all routes of a gateway; nothing where it has none. */
export async function showGateway(
  { account, owner }: GatewayWork,
  number: number,
  { nodes }: Outcome,
  routes: readonly WantedRoute[],
): Promise<{ readonly shown: ShownGateway; readonly outcome: Outcome } | undefined> {
  const { id: restApiId, isClosed } = nodes.find(({ node }) => node.kind === 'RestApi')?.outputs ?? {};
  if (restApiId === undefined) return undefined;
  const shown = (await listRoutes(account, restApiId))
    .map(({ details }) => ({ path: details.path, functionArn: details.functionArn }))
    .filter(hasFunction);
  if (shown.length === 0) return undefined;
  const graph = planStage(number, restApiId, shown, routes);
  return {
    shown: { number, restApiId, isClosed: isClosed === 'true' },
    outcome: await apply(account, graph, owner, { mayRemove: false }),
  };
}

/**
 * API Gateway refuses to deploy an API without methods: where nothing is left to show, the stage goes. No domain name leads
 * to it any more.
 */
export async function hideGateway({ account, owner }: GatewayWork, { restApiId }: Gateway): Promise<void> {
  const stage = await kinds.Stage.find(account, stageOf(restApiId), owner);
  if (stage) await kinds.Stage.remove(account, stage, owner);
}

/** Seconds between the two sights after which an empty gateway goes: another operator may be about to use it. */
const LAG_SECONDS = 60;

/** Removes gateways that nothing is on, and nothing on its way to. */
export async function removeGateways(
  { account, owner }: GatewayWork,
  empty: readonly Gateway[],
  inUse: readonly Gateway[],
): Promise<Outcome> {
  const sightOf = ({ restApiId }: Gateway) => `the gateway ${restApiId} is empty`;
  for (const each of inUse) account.seenTwice.forget(sightOf(each));
  const waits = empty.map((each) => ({
    id: each.restApiId,
    seconds: account.seenTwice.secondsLeft(sightOf(each), LAG_SECONDS),
  }));
  const due = waits.filter(({ seconds }) => seconds <= 0).map(({ id }) => id);
  const wanted = { objects: new Set<string>(), unseen: new Set<never>() };
  const removed =
    due.length === 0
      ? []
      : await removeUnwanted(account, owner, wanted, {
          only: ['RestApi'],
          mayRemove: (_, { id }) => due.includes(id),
        });
  const waiting = waits
    .filter(({ seconds }) => seconds > 0)
    .map(({ id, seconds }) => ({ kind: 'RestApi', id, why: 'removing', seconds }) as const);
  return ofLeftovers([...removed, ...waiting]);
}
