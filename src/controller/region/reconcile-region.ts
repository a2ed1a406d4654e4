import type { Account } from '../../aws/account/account.ts';
import { apply, type NodeOutcome, type Outcome } from '../../aws/graph/apply.ts';
import { kinds } from '../../aws/kinds/index.ts';
import { gatewayIds } from '../../aws/kinds/rest-api.ts';
import { listRoutes } from '../../aws/kinds/route.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { planGateway, planStage } from '../../plan/gateway.ts';
import { STAGE } from '../../plan/identity.ts';
import { planNetwork } from '../../plan/network.ts';
import type { Problem, RegionBoard, RegionOffer } from './region-board.ts';

export interface RegionInput {
  readonly account: Account;
  readonly owner: Owner;
  readonly board: RegionBoard;
  readonly networkCidr: string;
  /** True: no pipeline is left in the region, and the shared objects are to go with the last one. */
  readonly remove: boolean;
}

export interface RegionResult {
  readonly failed: boolean;
  readonly settled: boolean;
  readonly seconds?: number;
  /** Whether pipelines should look at the board again. */
  readonly changed: boolean;
}

/**
 * The region's shared objects: the gateway with the routes of all pipelines, deployed together, and the shared
 * network. Routes are added, changed and shown one by one, so that no pipeline holds up another; one goes only when
 * its pipeline asks for that, or when it is a torso that would break every deployment.
 */
export async function reconcileRegion(input: RegionInput): Promise<RegionResult> {
  const { account, owner, board } = input;
  if (input.remove) return removeAll(account, owner, board);
  const existing = await gatewayIds(account, owner);
  // Where there is no gateway there is no route, and a deletion needs no right to make one.
  if (existing.length === 0) markGone(board, []);

  const [network, gateway] = await Promise.all([applyNetwork(input), applyGateway(input)]);
  const restApiId = gateway.nodes.find(({ node }) => node.kind === 'RestApi')?.outputs.id;
  const outcomes = [network, gateway];
  const shown = new Set<string>();
  if (restApiId !== undefined) {
    const stage = await applyStage(account, owner, board, restApiId);
    outcomes.push(stage.outcome);
    for (const functionArn of stage.shown) shown.add(functionArn);
    if (stage.outcome.settled) markGone(board, stage.shown);
  }

  const offer: RegionOffer = {
    given: {
      ...(restApiId !== undefined && { gateway: { restApiId } }),
      ...networkValues(network.nodes),
    },
    shown,
    problems: problemsOf(outcomes.flatMap(({ nodes }) => nodes)),
  };
  const changed = describe(board.offer) !== describe(offer);
  board.offer = offer;
  return { ...summary(outcomes), changed };
}

async function removeAll(account: Account, owner: Owner, board: RegionBoard): Promise<RegionResult> {
  const gateways = await gatewayIds(account, owner);
  const routes = (await Promise.all(gateways.map((id) => listRoutes(account, id)))).flat();
  // A pipeline that was left in AWS on purpose still takes deliveries.
  if (routes.some(({ details }) => details.functionArn !== '')) {
    return { failed: false, settled: true, changed: false };
  }
  const outcome = await apply(account, [], owner);
  board.offer = undefined;
  return { ...summary([outcome]), changed: false };
}

async function applyNetwork({ account, owner, board, networkCidr }: RegionInput): Promise<Outcome> {
  // Zones that some pipeline asked for before a restart count as well.
  const existing = (await kinds.Subnet.owned(account, owner)).map(({ details }) => details.zone);
  const zones = [...new Set([...board.zones.values(), ...existing])].sort();
  return await apply(account, planNetwork(networkCidr, zones), owner, { mayRemove: false });
}

async function applyGateway({ account, owner, board }: RegionInput): Promise<Outcome> {
  const leaving = new Set(board.leaving.values());
  return await apply(account, planGateway(owner, [...board.routes.values()]), owner, {
    mayRemove: (kind, actual) => {
      if (kind !== 'Route') return false;
      const { functionArn, complete } = actual.details as { functionArn: string; complete: boolean };
      return leaving.has(functionArn) || !complete || functionArn === '';
    },
  });
}

async function applyStage(account: Account, owner: Owner, board: RegionBoard, restApiId: string) {
  const routes = (await listRoutes(account, restApiId))
    .map(({ details }) => ({ path: details.path, functionArn: details.functionArn }))
    .filter(({ functionArn }) => functionArn !== '');
  // API Gateway refuses to deploy an API without methods; then there is nothing to show either, unless something
  // is shown that has to go, for which the stage itself goes.
  if (routes.length === 0) {
    const stage = await kinds.Stage.find(account, stageOf(restApiId), owner);
    if (stage) await kinds.Stage.remove(account, stage, owner);
    return { outcome: await apply(account, [], owner, { mayRemove: false }), shown: [] };
  }
  const outcome = await apply(account, planStage(restApiId, routes, [...board.routes.values()]), owner, {
    mayRemove: false,
  });
  return { outcome, shown: outcome.settled ? routes.map(({ functionArn }) => functionArn) : [] };
}

const stageOf = (restApiId: string) => ({ restApiId, name: STAGE, content: '', throttles: {} });

function markGone(board: RegionBoard, shown: readonly string[]): void {
  for (const [key, functionArn] of board.leaving) {
    if (!shown.includes(functionArn)) board.markGone(key);
  }
}

function networkValues(nodes: readonly NodeOutcome[]): RegionOffer['given'] {
  const routes = nodes.find(({ node }) => node.kind === 'RouteTable');
  const vpc = nodes.find(({ node }) => node.kind === 'Vpc');
  // A subnet counts when it has its way out.
  if (routes?.state !== 'Ready' || vpc?.outputs.id === undefined) return {};
  const subnets = nodes.filter(({ node }) => node.kind === 'Subnet');
  return {
    network: {
      vpcId: vpc.outputs.id,
      ...Object.fromEntries(subnets.map(({ outputs }) => [outputs.zone ?? '', outputs.id ?? ''])),
    },
  };
}

function problemsOf(nodes: readonly NodeOutcome[]): Map<string, Problem> {
  const problems = new Map<string, Problem>();
  for (const { node, state, reason = 'AWSError', message = '', terminal } of nodes) {
    if (state !== 'Failed') continue;
    const path = node.kind === 'Route' ? node.id : '';
    problems.set(path, {
      reason,
      message: `${node.kind} ${node.id}: ${message}`,
      terminal: terminal ?? false,
    });
  }
  return problems;
}

function summary(outcomes: readonly Outcome[]): Omit<RegionResult, 'changed'> {
  const seconds = outcomes.flatMap((outcome) => outcome.seconds ?? []);
  const optionalFailed = outcomes.some(({ nodes }) => nodes.some(({ state }) => state === 'Failed'));
  return {
    failed: optionalFailed || outcomes.some(({ failed }) => failed),
    settled: outcomes.every(({ settled }) => settled),
    ...(seconds.length > 0 && { seconds: Math.min(...seconds) }),
  };
}

const describe = (offer: RegionOffer | undefined) =>
  offer && JSON.stringify([offer.given, [...offer.shown].sort(), [...offer.problems]]);
