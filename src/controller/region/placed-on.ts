import { type PlacedRoute, type Placement, placeRoutes } from '../../plan/placement.ts';
import type { GatewayView } from './gateway-view.ts';

/** What was computed from a view, for all pipelines that see it. */
const computed = new WeakMap<GatewayView, Placement>();

/** The number of the gateway that carries a path or is to carry it; `routes` are all that are wanted in the region. */
export function placedOn(
  view: GatewayView,
  path: string,
  routes: () => readonly PlacedRoute[],
  mostResources: number,
): number {
  const carrier = view.find(({ paths }) => paths.has(path));
  if (carrier) return carrier.number;
  const known = computed.get(view)?.get(path);
  if (known !== undefined) return known;
  const placement = placeRoutes(routes(), view, mostResources);
  computed.set(view, placement);
  // One that is leaving is on none, and goes on with its queue.
  return placement.get(path) ?? view[0]?.number ?? 1;
}
