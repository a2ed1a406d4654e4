import type { StartDatabase } from './database.ts';
import type { Processes } from './processes.ts';
import type { Progress } from './progress.ts';

/** Runs the control plane and the databases of a stack. */
export interface Provider {
  /** Gives the path of a kubeconfig for a cluster administrator. */
  startControlPlane(): Promise<string>;
  readonly startDatabase: StartDatabase;
  stop(): Promise<void>;
}

export interface ProviderContext {
  /** The stack's folder. */
  readonly folder: string;
  /** Where the programs of the Python environment are. */
  readonly programs: string;
  /** What an operator of this stack needs in its environment beside a kubeconfig. */
  readonly environment: Readonly<Record<string, string>>;
  readonly processes: Processes;
  readonly progress: Progress;
}
