import type { RoutePlan } from '../../plan/gateway.ts';

/** What the region has for its pipelines, as last seen. */
export interface RegionOffer {
  /** Values that the graphs of pipelines refer to, by the name that `given()` uses. */
  readonly given: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Functions whose route senders can reach: alias ARNs. */
  readonly shown: ReadonlySet<string>;
  /** Why something is not there, by path; under "" what concerns all. */
  readonly problems: ReadonlyMap<string, Problem>;
}

export interface Problem {
  readonly reason: string;
  readonly message: string;
  readonly terminal: boolean;
}

/**
 * Where the pipelines of a region and its shared objects meet. Pipelines post what they ask for; the region's own
 * reconcile posts what there is. In memory alone: after a restart every pipeline asks again, and meanwhile nothing
 * that exists is taken away.
 */
export class RegionBoard {
  /** Routes asked for, by the key of the pipeline. */
  readonly routes = new Map<string, RoutePlan>();
  /** Zones in which the shared network is needed, by the key of the pipeline. */
  readonly zones = new Map<string, string>();
  /** Functions whose route has to go, by the key of the pipeline. */
  readonly leaving = new Map<string, string>();
  /** Pipelines to look at again when the offer changes. */
  readonly waiting = new Set<string>();
  offer: RegionOffer | undefined;
  /** Pipelines whose route was seen absent. */
  readonly #gone = new Set<string>();
  readonly #wake: () => void;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Asks for a route that calls a function which is ready. */
  askRoute(key: string, route: RoutePlan): void {
    const known = this.routes.get(key);
    this.routes.set(key, route);
    if (JSON.stringify(known) !== JSON.stringify(route)) this.#wake();
  }

  /** Asks for the shared network in a zone. */
  askZone(key: string, zone: string): void {
    const known = this.zones.get(key);
    this.zones.set(key, zone);
    if (known !== zone) this.#wake();
  }

  /** Asks for the gateway, if nobody has so far. */
  askGateway(): void {
    if (!this.offer) this.#wake();
  }

  /** Asks that the route to a function goes. It is gone when {@link isGone} says so. */
  askRemoval(key: string, functionArn: string): void {
    const known = this.leaving.get(key);
    this.routes.delete(key);
    this.leaving.set(key, functionArn);
    if (known === undefined) {
      this.#gone.delete(key);
      this.#wake();
    }
  }

  /** Says that the route of a pipeline was seen absent, and that senders can't reach it. */
  markGone(key: string): void {
    this.#gone.add(key);
  }

  isGone(key: string): boolean {
    return this.#gone.has(key);
  }

  /** The pipeline is no more. */
  forget(key: string): void {
    for (const asked of [this.routes, this.zones, this.leaving]) asked.delete(key);
    this.#gone.delete(key);
    this.waiting.delete(key);
    this.#wake();
  }
}
