import { type Graph, type GraphNode, ref } from '../aws/graph/graph.ts';
import type { GatewayResponseDesired } from '../aws/kinds/gateway-response.ts';
import type { Throttle } from '../aws/kinds/stage.ts';
import { fingerprint } from '../aws/object/fingerprint.ts';
import { gatewayName } from '../aws/object/gateway-name.ts';
import type { Owner } from '../aws/object/owner.ts';
import { ROOT_PATH, STAGE } from './identity.ts';

/** The route of one pipeline. */
export interface RoutePlan {
  /** Full path, such as "/nami/orders". */
  readonly path: string;
  /** ARN of the alias that takes its deliveries. */
  readonly functionArn: string;
  readonly throttle?: Throttle;
  /** ARN of another alias that the route calls now and that is gone; empty for none. */
  readonly replaces?: string;
}

/** What API Gateway answers by itself. Senders try again on a server error, and on nothing else. */
const RESPONSES: readonly Omit<GatewayResponseDesired, 'restApiId'>[] = [
  ...(
    ['THROTTLED', 'QUOTA_EXCEEDED', 'INTEGRATION_FAILURE', 'INTEGRATION_TIMEOUT', 'DEFAULT_5XX'] as const
  ).map((type) => ({
    type,
    statusCode: 503,
    body: '{"error":"unavailable, try again"}',
    retryAfterSeconds: 5,
  })),
  {
    // API Gateway's own answer for a path that isn't there is 403 "Missing Authentication Token".
    type: 'MISSING_AUTHENTICATION_TOKEN',
    statusCode: 404,
    body: '{"error":"no such endpoint"}',
    retryAfterSeconds: 0,
  },
  { type: 'REQUEST_TOO_LARGE', statusCode: 413, body: '{"error":"too large"}', retryAfterSeconds: 0 },
];

const GATEWAY = 'gateway';
const part = 'Gateway';

/** Ids of what each gateway of a region has tell them apart; the first has the plain ones. */
const idIn = (number: number, id: string) => (number === 1 ? id : `${id} of ${gatewayId(number)}`);
export const gatewayId = (number: number): string => (number === 1 ? GATEWAY : `${GATEWAY}-${number}`);

/** One gateway of a region with its routes, without the stage that shows them. */
export function planGateway(owner: Owner, number: number, routes: readonly RoutePlan[]): Graph {
  const restApi = gatewayId(number);
  const restApiId = ref('RestApi', restApi, 'id');
  const root = idIn(number, ROOT_PATH);
  return [
    {
      kind: 'RestApi',
      id: restApi,
      part,
      desired: {
        name: gatewayName(owner.prefix, number),
        description: 'Nami: the endpoints of all webhook pipelines',
      },
    },
    ...RESPONSES.map(
      (response): GraphNode => ({
        kind: 'GatewayResponse',
        id: idIn(number, response.type),
        part,
        desired: { ...response, restApiId },
      }),
    ),
    {
      kind: 'Route',
      id: root,
      part,
      desired: {
        restApiId,
        parentId: ref('RestApi', restApi, 'rootResourceId'),
        path: ROOT_PATH,
        functionArn: '',
        replaces: '',
      },
    },
    ...routes.map(
      ({ path, functionArn, replaces = '' }): GraphNode => ({
        kind: 'Route',
        id: path,
        part,
        // One route that can't be made holds up no other.
        optional: true,
        desired: { restApiId, parentId: ref('Route', root, 'id'), path, functionArn, replaces },
        wish: { restApiId, path, functionArn },
      }),
    ),
  ];
}

/** A route that is complete in AWS and so can be shown. */
export interface ShownRoute {
  readonly path: string;
  readonly functionArn: string;
}

/** Hash of what a deployment of these routes shows, whatever their order. */
export const contentOf = (shown: readonly ShownRoute[]): string => fingerprint({ shown, RESPONSES });

/** The stage of a gateway, to find it by. */
export const stageOf = (restApiId: string) => ({
  restApiId,
  name: STAGE,
  content: '',
  paths: [],
  throttles: {},
});

/** The stage that shows `shown`: one deployment carries all routes. `routes` are those whose bounds are known. */
export function planStage(
  number: number,
  restApiId: string,
  shown: readonly ShownRoute[],
  routes: readonly RoutePlan[],
): Graph {
  const throttles = routes
    .filter(({ path }) => shown.some((route) => route.path === path))
    .map(({ path, throttle }) => [path, throttle ?? null] as const);
  return [
    {
      kind: 'Stage',
      id: idIn(number, STAGE),
      part,
      desired: {
        ...stageOf(restApiId),
        content: contentOf(shown),
        paths: shown.map(({ path }) => path),
        throttles: Object.fromEntries(throttles),
      },
    },
  ];
}
