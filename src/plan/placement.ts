/** Which of a region's gateways carries which route. */

/** A gateway, and the resources that it has: API Gateway takes so many of one. */
export interface Carrier {
  /** Of the gateways of a region, from 1. */
  readonly number: number;
  /** Every one, such as "/nami/orders": whether it calls something or is half made. */
  readonly paths: ReadonlySet<string>;
}

export interface PlacedRoute {
  readonly path: string;
  /** When its pipeline came, as a text that sorts by it. */
  readonly since: string;
}

/** The number of a gateway by path. */
export type Placement = ReadonlyMap<string, number>;

/** What a gateway has beside its routes: its root, and the resource that holds them. */
const OWN_RESOURCES = 2;

/**
 * A route stays on the gateway that has it. All others go, in the order in which their pipelines came, to the first with
 * room, and where none has any to one that is opened for them. What was placed comes out the same once it is there, so
 * that whoever computes it agrees with all others.
 */
export function placeRoutes(
  routes: readonly PlacedRoute[],
  carriers: readonly Carrier[],
  mostResources: number,
): Placement {
  const placement = new Map<string, number>();
  const room = new Map(carriers.map(({ number, paths }) => [number, mostResources - paths.size]));
  const waiting: PlacedRoute[] = [];
  for (const route of routes) {
    const carrier = carriers.find(({ paths }) => paths.has(route.path));
    if (carrier) placement.set(route.path, carrier.number);
    else waiting.push(route);
  }
  for (const { path } of waiting.sort((a, b) => (a.since < b.since ? -1 : 1))) {
    const number = firstWithRoom(room, mostResources);
    room.set(number, (room.get(number) ?? 0) - 1);
    placement.set(path, number);
  }
  return placement;
}

function firstWithRoom(room: Map<number, number>, mostResources: number): number {
  for (let number = 1; ; number += 1) {
    const left = room.get(number) ?? mostResources - OWN_RESOURCES;
    if (left <= 0) continue;
    room.set(number, left);
    return number;
  }
}
