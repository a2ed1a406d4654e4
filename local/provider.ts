import type { StartDatabase } from './database.ts';
import { LocalStackError } from './local-stack-error.ts';
import { processProvider } from './process-provider.ts';
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
  readonly processes: Processes;
  readonly progress: Progress;
}

/** `NAMI_LOCAL_PROVIDER` says which: "processes", which needs no Docker and is the default, or "containers". */
export async function chooseProvider(context: ProviderContext): Promise<Provider> {
  const name = process.env.NAMI_LOCAL_PROVIDER || 'processes';
  if (name === 'processes') return processProvider(context);
  if (name === 'containers') {
    // Loaded only when asked for: testcontainers is large.
    const { containerProvider } = await import('./container-provider.ts');
    return containerProvider(context);
  }
  throw new LocalStackError(
    `NAMI_LOCAL_PROVIDER is "${name}": it can be "processes" (the default) or "containers"`,
  );
}
