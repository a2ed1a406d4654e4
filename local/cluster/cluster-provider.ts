import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startControlPlane } from '../control-plane.ts';
import { secantusDatabases } from '../database.ts';
import type { Provider, ProviderContext } from '../provider.ts';
import { ADDRESS, SERVICE_RANGE } from './address.ts';
import { type ContainerRuntime, startContainerRuntime } from './container-runtime.ts';
import { startControllers } from './controllers.ts';
import { startKubelet } from './kubelet.ts';
import type { ClusterTools } from './tools.ts';

/** A provider of a control plane that has controllers, a scheduler and a node. */
export interface ClusterProvider extends Provider {
  /** Every request to the API server, a JSON object a line, once that has started. */
  readonly auditLog: string;
  runtime(): ContainerRuntime;
}

/** Runs a whole cluster in processes of this machine, whose namespaces must be those of `machine.ts`. */
export function clusterProvider(
  { folder, programs, processes }: ProviderContext,
  { binaries, packages }: ClusterTools,
): ClusterProvider {
  const auditLog = join(folder, 'logs', 'audit.log');
  let runtime: ContainerRuntime | undefined;
  return {
    auditLog,
    runtime: () => {
      if (runtime === undefined) throw new TypeError('the cluster has not been started');
      return runtime;
    },
    startControlPlane: async () => {
      const policy = join(folder, 'audit-policy.yaml');
      writeFileSync(policy, stringify(AUDIT_POLICY));
      const [controlPlane, containers] = await Promise.all([
        startControlPlane(folder, binaries, processes, {
          address: ADDRESS,
          port: 443,
          serviceRange: SERVICE_RANGE,
          flags: [
            `--audit-policy-file=${policy}`,
            `--audit-log-path=${auditLog}`,
            // There is no DNS that knows the node's name.
            '--kubelet-preferred-address-types=InternalIP',
          ],
        }),
        startContainerRuntime(folder, packages, binaries.pause, processes),
      ]);
      runtime = containers;
      const { kubeconfig } = controlPlane;
      await startControllers(folder, binaries, controlPlane, processes);
      await startKubelet(folder, binaries.kubelet, { kubeconfig, endpoint: runtime.endpoint }, processes);
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
