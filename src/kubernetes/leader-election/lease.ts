import type { KubernetesResource, ResourceType } from '../resource.ts';

/** What those who want to lead know of each other. Every field is left out where nobody has written it yet. */
export interface LeaseSpec {
  /** Who leads; empty after it was given up. */
  readonly holderIdentity?: string;
  /** Whole seconds for which the others leave it alone after they saw it change. */
  readonly leaseDurationSeconds?: number;
  /** When the holder came to lead, as MicroTime by its own clock. */
  readonly acquireTime?: string;
  /** When it said so last, likewise. Nobody else compares it with a clock. */
  readonly renewTime?: string;
  /** How often another came to lead. */
  readonly leaseTransitions?: number;
}

export interface Lease extends KubernetesResource {
  spec?: LeaseSpec;
}

export const leases: ResourceType<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};
