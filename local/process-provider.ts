import { startControlPlane } from './control-plane.ts';
import { secantusDatabases } from './database.ts';
import type { Provider, ProviderContext } from './provider.ts';
import { findBinaries } from './tools/binaries.ts';

/** Everything in processes of this machine: a real API server, and SecantusDB in MongoDB's place. */
export async function processProvider({
  folder,
  programs,
  processes,
  progress,
}: ProviderContext): Promise<Provider> {
  const binaries = await findBinaries(['etcd', 'kube-apiserver'], processes, progress);
  return {
    startControlPlane: async () => (await startControlPlane(folder, binaries, processes)).kubeconfig,
    startDatabase: secantusDatabases(programs, processes),
    // The stack ends its processes itself.
    stop: async () => {},
  };
}
