import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveOf } from '../../scripts/image/archive.ts';
import { layerOf } from '../../scripts/image/layer.ts';
import type { Processes } from '../processes.ts';
import type { NodePlace } from './node-place.ts';

const PAUSE = 'nami.local/pause:1';

/** containerd with what it runs containers and pods' networks by. */
export interface ContainerRuntime {
  /** As the kubelet is told of it. */
  readonly endpoint: string;
  /** Gives it an image from an archive. */
  importImage(archive: Buffer): Promise<void>;
}

/** Starts containerd from unpacked packages. */
export async function startContainerRuntime(
  folder: string,
  { packages, pause }: { readonly packages: string; readonly pause: string },
  place: NodePlace,
  processes: Processes,
): Promise<ContainerRuntime> {
  const home = join(folder, 'containerd');
  const networks = join(home, 'networks');
  mkdirSync(networks, { recursive: true });
  writeFileSync(
    join(networks, '10-pods.conflist'),
    JSON.stringify(podNetwork(place, join(home, 'addresses'))),
  );
  const socket = join(home, 'containerd.sock');
  const config = join(home, 'config.toml');
  writeFileSync(config, configuration({ home, networks, socket, packages }));
  const program = (name: string) => join(packages, 'usr/bin', name);
  const environment = { PATH: `${join(packages, 'usr/bin')}:/usr/sbin:/usr/bin:/sbin:/bin` };
  const ctr = (...args: string[]) => ({
    name: 'ctr',
    command: program('ctr'),
    args: ['--address', socket, '--namespace', 'k8s.io', ...args],
    environment,
  });
  await processes.start({
    name: `containerd-${place.name}`,
    command: program('containerd'),
    args: ['--config', config],
    environment,
    ready: async () => {
      await processes.run(ctr('version'));
      return true;
    },
  });
  const importImage = async (archive: Buffer) => {
    const file = join(home, 'image.tar');
    writeFileSync(file, archive);
    await processes.run(ctr('images', 'import', file));
  };
  await importImage(await pauseImage(pause));
  return { endpoint: `unix://${socket}`, importImage };
}

async function pauseImage(program: string): Promise<Buffer> {
  const layer = await layerOf([{ path: 'pause', bytes: readFileSync(program), isExecutable: true }]);
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const config = { Entrypoint: ['/pause'] };
  return (await archiveOf({ reference: PAUSE, architecture, layers: [layer], config })).tar;
}

/** A bridge whose own address is the pods' way to this machine, and no way out of it. */
const podNetwork = ({ bridge, podRange }: NodePlace, dataDir: string) => ({
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge,
      isGateway: true,
      isDefaultGateway: true,
      ipMasq: false,
      ipam: { type: 'host-local', ranges: [[{ subnet: podRange }]], dataDir },
    },
  ],
});

const configuration = (at: { home: string; networks: string; socket: string; packages: string }): string => `
version = 2
root = "${at.home}/root"
state = "${at.home}/state"
[grpc]
  address = "${at.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE}"
  # Lower values than its own take a right that root may lack here.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${at.packages}/usr/lib/cni"
    conf_dir = "${at.networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "${at.packages}/usr/sbin/runc"
      SystemdCgroup = false
`;
