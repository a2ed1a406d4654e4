import { join } from 'node:path';
import type { ControlPlane } from '../control-plane.ts';
import type { Processes } from '../processes.ts';

/** Those that a release, its pods, its namespaces and their deletion need. */
const CONTROLLERS = [
  'clusterrole-aggregation-controller',
  'deployment-controller',
  'disruption-controller',
  'garbage-collector-controller',
  'job-controller',
  'namespace-controller',
  'node-lifecycle-controller',
  'pod-garbage-collector-controller',
  'replicaset-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'taint-eviction-controller',
];

/** Starts kube-controller-manager and kube-scheduler. */
export async function startControllers(
  folder: string,
  binaries: { readonly 'kube-controller-manager': string; readonly 'kube-scheduler': string },
  { kubeconfig, certificateFile }: ControlPlane,
  processes: Processes,
): Promise<void> {
  const certificates = join(folder, 'controllers');
  const common = [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--cert-dir=${certificates}`,
  ];
  await processes.start({
    name: 'kube-controller-manager',
    command: binaries['kube-controller-manager'],
    args: [...common, `--root-ca-file=${certificateFile}`, `--controllers=${CONTROLLERS.join(',')}`],
    environment: {},
  });
  await processes.start({
    name: 'kube-scheduler',
    command: binaries['kube-scheduler'],
    args: common,
    environment: {},
  });
}
