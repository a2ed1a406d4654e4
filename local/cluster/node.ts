import { join } from 'node:path';
import type { Processes } from '../processes.ts';
import { type ContainerRuntime, startContainerRuntime } from './container-runtime.ts';
import { startKubelet } from './kubelet.ts';
import type { ClusterTools } from './tools.ts';

/** What sets a node apart from the others on the same machine. */
export interface NodePlace {
  readonly name: string;
  readonly kubeletPort: number;
  /** Addresses of its pods, and the bridge on which they are. */
  readonly podRange: string;
  readonly bridge: string;
}

/** The nodes that there can be, in the order in which they are started. */
export const PLACES: readonly [NodePlace, NodePlace] = [
  { name: 'node-1', kubeletPort: 10_250, podRange: '10.231.0.0/24', bridge: 'pods0' },
  { name: 'node-2', kubeletPort: 10_260, podRange: '10.231.1.0/24', bridge: 'pods1' },
];

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
