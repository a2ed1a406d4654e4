import { FINALIZER, type WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Config } from '../../config.ts';
import { keyOf } from '../../kubernetes/resource.ts';
import type { RoutePlan } from '../../plan/gateway.ts';
import { aliasArnOf, ownerPrefix, routePath } from '../../plan/identity.ts';
import type { Place } from '../../plan/input.ts';
import type { PlacedRoute } from '../../plan/placement.ts';
import { ageOf, holdersOf, pathOf, regionOf, rivalAmong } from '../input/endpoint-claim.ts';

/** A route that a pipeline is to have. */
export interface WantedRoute extends RoutePlan, PlacedRoute {
  /** Of the pipeline. */
  readonly key: string;
  /** Whether its status tells of the function's alias; that of another is asked for once it was seen. */
  readonly isAliasTold: boolean;
}

export interface WantedRoutes {
  readonly routes: readonly WantedRoute[];
  /** Functions whose routes have to go: ARNs of aliases. Of others only what leads to one of `routes` by another path goes. */
  readonly leaving: ReadonlySet<string>;
}

/**
 * Pure: the routes of a region follow from its pipelines alone. A suspended pipeline's route is neither wanted nor
 * leaving, so that nothing touches it, and the younger of two claimants of a path has none.
 */
export function wantedRoutes(
  pipelines: readonly WebhookPipeline[],
  place: Place,
  cluster: string,
  config: Config,
): WantedRoutes {
  const routes: WantedRoute[] = [];
  const leaving = new Set<string>();
  const holders = holdersOf(pipelines, config);
  for (const pipeline of pipelines) {
    const { metadata, spec } = pipeline;
    if (regionOf(pipeline, config) !== place.region || spec.suspend) continue;
    const prefix = ownerPrefix({ cluster, namespace: metadata.namespace, name: metadata.name });
    const functionArn = aliasArnOf(place, { prefix }, 'pre-queue');
    if (metadata.deletionTimestamp !== undefined) {
      const isOurs = metadata.finalizers?.includes(FINALIZER) ?? false;
      if (isOurs && spec.deletionPolicy !== 'Retain') leaving.add(functionArn);
      continue;
    }
    if (rivalAmong(holders, pipeline, config)) continue;
    const throttle = spec.endpoint?.throttle;
    routes.push({
      key: keyOf(metadata),
      isAliasTold: isAliasTold(pipeline),
      since: ageOf(pipeline),
      path: routePath(pathOf(pipeline, config)),
      functionArn,
      ...(throttle && { throttle }),
    });
  }
  return { routes: routes.sort((a, b) => (a.path < b.path ? -1 : 1)), leaving };
}

const isAliasTold = ({ status }: WebhookPipeline): boolean =>
  status?.objects?.some(
    ({ kind, name, id }) => kind === 'Alias' && name === 'pre-queue' && id !== undefined,
  ) ?? false;
