import { type Graph, given, join, nodeKey } from '../aws/graph/graph.ts';
import { ALIAS, functionName, routePath } from './identity.ts';
import type { PlanInput } from './input.ts';

/** A pipeline's own share of the endpoint: the right of its route to call it. The route is the region's. */
export function planEndpoint({ owner, path, place }: PlanInput): Graph {
  const { partition, region, accountId } = place;
  return [
    {
      kind: 'Permission',
      id: 'gateway',
      part: 'Gateway',
      after: [nodeKey('Alias', 'pre-queue')],
      desired: {
        functionName: functionName(owner, 'pre-queue'),
        alias: ALIAS,
        sourceArn: join(
          `arn:${partition}:execute-api:${region}:${accountId}:`,
          given('gateway', 'restApiId'),
          `/*/*${routePath(path)}`,
        ),
      },
    },
  ];
}
