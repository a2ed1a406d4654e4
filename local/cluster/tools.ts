import type { Processes } from '../processes.ts';
import type { Progress } from '../progress.ts';
import { findBinaries } from '../tools/binaries.ts';
import { unpackedPackages } from '../tools/debian-packages.ts';
import type { Binary } from '../tools/versions.ts';

const BINARIES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kubectl',
  'helm',
  'pause',
] as const satisfies readonly Binary[];

/** The programs that a cluster with a node runs on. */
export interface ClusterTools {
  readonly binaries: Readonly<Record<(typeof BINARIES)[number], string>>;
  /** Where Debian's packages of containerd, runc and the network plugins are unpacked. */
  readonly packages: string;
}

/** Finds, fetches or builds them; the first time this takes minutes, and the network. */
export async function findClusterTools(processes: Processes, progress: Progress): Promise<ClusterTools> {
  const packages = ['containerd', 'runc', 'containernetworking-plugins'];
  return {
    packages: await unpackedPackages('containerd-packages', packages, processes, progress),
    binaries: await findBinaries(BINARIES, processes, progress),
  };
}
