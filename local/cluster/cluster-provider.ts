import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startControlPlane } from '../control-plane.ts';
import { secantusDatabases } from '../database.ts';
import type { Provider, ProviderContext } from '../provider.ts';
import { ADDRESS, SERVICE_RANGE } from './address.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import { startControllers } from './controllers.ts';
import { startNode } from './node.ts';
import { PLACES } from './node-place.ts';
import type { ClusterTools } from './tools.ts';

/** A provider of a control plane that has controllers, a scheduler and a node, and can have another. */
export interface ClusterProvider extends Provider {
  /** Every request to the API server, a JSON object a line, once that has started. */
  readonly auditLog: string;
  /** What runs the containers of the first node. */
  runtime(): ContainerRuntime;
  /** Starts the second node, which has none of the images that were given to the first. */
  startSecondNode(): Promise<ContainerRuntime>;
}

/** Runs a whole cluster in processes of this machine, whose namespaces must be those of `machine.ts`. */
export function clusterProvider(
  { folder, programs, processes }: ProviderContext,
  tools: ClusterTools,
): ClusterProvider {
  const { binaries } = tools;
  const auditLog = join(folder, 'logs', 'audit.log');
  let started: { readonly kubeconfig: string; readonly runtime: ContainerRuntime } | undefined;
  const cluster = () => {
    if (started === undefined) throw new TypeError('the cluster has not been started');
    return started;
  };
  return {
    auditLog,
    runtime: () => cluster().runtime,
    startSecondNode: () => startNode(folder, tools, cluster().kubeconfig, PLACES[1], processes),
    startControlPlane: async () => {
      const policy = join(folder, 'audit-policy.yaml');
      writeFileSync(policy, stringify(AUDIT_POLICY));
      const controlPlane = await startControlPlane(folder, binaries, processes, {
        address: ADDRESS,
        port: 443,
        serviceRange: SERVICE_RANGE,
        flags: [
          `--audit-policy-file=${policy}`,
          `--audit-log-path=${auditLog}`,
          // There is no DNS that knows the node's name.
          '--kubelet-preferred-address-types=InternalIP',
        ],
      });
      const { kubeconfig } = controlPlane;
      await startControllers(folder, binaries, controlPlane, processes);
      started = { kubeconfig, runtime: await startNode(folder, tools, kubeconfig, PLACES[0], processes) };
      return kubeconfig;
    },
    startDatabase: secantusDatabases(programs, processes),
    // The stack ends its processes itself, and the namespaces what those left.
    stop: async () => {},
  };
}

/** Who asked for what, and the answer; of service accounts alone. */
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata', userGroups: ['system:serviceaccounts'] }, { level: 'None' }],
};
