import { join } from 'node:path';
import type { Processes } from '../processes.ts';
import { type ContainerRuntime, startContainerRuntime } from './container-runtime.ts';
import { startKubelet } from './kubelet.ts';
import type { NodePlace } from './node-place.ts';
import type { ClusterTools } from './tools.ts';

/** Starts a node: containers by containerd, and the kubelet that runs pods in them. */
export async function startNode(
  folder: string,
  { binaries, packages }: ClusterTools,
  kubeconfig: string,
  place: NodePlace,
  processes: Processes,
): Promise<ContainerRuntime> {
  const home = join(folder, place.name);
  const runtime = await startContainerRuntime(home, { packages, pause: binaries.pause }, place, processes);
  await startKubelet(home, binaries.kubelet, { kubeconfig, endpoint: runtime.endpoint }, place, processes);
  return runtime;
}
