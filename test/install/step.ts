import type { Cluster } from './cluster.ts';

/** One thing that must hold, after the steps before it. A text that it answers is told beside its name. */
export interface Step {
  /** A sentence. */
  readonly name: string;
  run(cluster: Cluster): Promise<unknown>;
}
