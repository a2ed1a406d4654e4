import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Processes } from '../processes.ts';
import { ADDRESS } from './address.ts';
import type { NodePlace } from './node-place.ts';

/** Below it are the cgroups of all pods, so that whoever clears up finds them. */
export const CGROUP = 'nami-install';

/** Starts a kubelet, which registers this machine as a node, under the name that it is given. */
export async function startKubelet(
  folder: string,
  binary: string,
  { kubeconfig, endpoint }: { readonly kubeconfig: string; readonly endpoint: string },
  place: NodePlace,
  processes: Processes,
): Promise<void> {
  const home = join(folder, 'kubelet');
  mkdirSync(home, { recursive: true });
  const config = join(home, 'config.yaml');
  writeFileSync(
    config,
    stringify({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      address: ADDRESS,
      port: place.kubeletPort,
      containerRuntimeEndpoint: endpoint,
      // The API server, which fetches logs, has no certificate to show.
      authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
      authorization: { mode: 'AlwaysAllow' },
      healthzPort: 0,
      // What the machine has of cgroups is taken as it is: version 1, without all controllers.
      failCgroupV1: false,
      cgroupDriver: 'cgroupfs',
      cgroupsPerQOS: false,
      cgroupRoot: `/${CGROUP}`,
      enforceNodeAllocatable: [],
      failSwapOn: false,
      resolvConf: '',
      // A developer's disk may be fuller than a node's should be.
      evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%', 'memory.available': '50Mi' },
      imageGCHighThresholdPercent: 100,
      podLogsDir: join(home, 'logs'),
      volumePluginDir: join(home, 'plugins'),
      // Secrets and tokens are seen soon.
      syncFrequency: '10s',
    }),
  );
  await processes.start({
    name: `kubelet-${place.name}`,
    command: binary,
    args: [
      `--config=${config}`,
      `--kubeconfig=${kubeconfig}`,
      `--root-dir=${join(home, 'root')}`,
      `--cert-dir=${join(home, 'certificates')}`,
      `--hostname-override=${place.name}`,
      `--node-ip=${ADDRESS}`,
    ],
    environment: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
}
