import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { K3sContainer } from '@testcontainers/k3s';
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { accepts, type Database, type DatabaseSettings, makeCertificate } from './database.ts';
import { LocalStackError } from './local-stack-error.ts';
import type { Provider, ProviderContext } from './provider.ts';
import { KUBERNETES_VERSION } from './tools/versions.ts';

const K3S_IMAGE = `rancher/k3s:v${KUBERNETES_VERSION}-k3s1`;
const MONGO_IMAGE = 'mongo:8.0';
/** As deploy/host-image/container.sh asks for it; the file holds key, certificate and authority. */
const TLS = [
  ...['--tlsMode', 'requireTLS', '--tlsCertificateKeyFile', '/tls.pem', '--tlsCAFile', '/tls.pem'],
  '--tlsAllowConnectionsWithoutCertificates',
];

/**
 * The control plane (k3s, with a node) and the databases (MongoDB itself) in containers. The databases listen on
 * their hosts' loopback addresses by Docker's host network, which is that of this machine on Linux alone. What is
 * left when this process ends is removed by testcontainers' own reaper.
 */
export async function containerProvider({
  folder,
  programs,
  processes,
  progress,
}: ProviderContext): Promise<Provider> {
  await getContainerRuntimeClient().catch((cause) => {
    throw new LocalStackError(
      'NAMI_LOCAL_PROVIDER=containers needs a Docker engine and none answers: start Docker, or unset NAMI_LOCAL_PROVIDER',
      { cause },
    );
  });
  const started = new Set<StartedTestContainer>();

  async function start<C extends StartedTestContainer>(image: string, starting: Promise<C>): Promise<C> {
    const container = await starting.catch((cause) => {
      const reason = cause instanceof Error ? cause.message : cause;
      throw new LocalStackError(`the container ${image} doesn't start: ${reason}`, { cause });
    });
    started.add(container);
    return container;
  }

  async function startControlPlane(): Promise<string> {
    progress(`starting ${K3S_IMAGE}`);
    const k3s = await start(K3S_IMAGE, new K3sContainer(K3S_IMAGE).start());
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, k3s.getKubeConfig(), { mode: 0o600 });
    return file;
  }

  async function startDatabase({
    address,
    volume,
    user,
    password,
    authority,
  }: DatabaseSettings): Promise<Database> {
    mkdirSync(volume, { recursive: true });
    const certificate =
      authority && (await makeCertificate(programs, processes, { authority, address, volume }));
    const description = new GenericContainer(MONGO_IMAGE)
      .withNetworkMode('host')
      .withBindMounts([
        { source: volume, target: '/data/db' },
        ...(certificate ? [{ source: certificate, target: '/tls.pem' }] : []),
      ])
      .withEnvironment({ MONGO_INITDB_ROOT_USERNAME: user, MONGO_INITDB_ROOT_PASSWORD: password })
      .withCommand(['--bind_ip', address, ...(certificate ? TLS : [])])
      .withWaitStrategy(Wait.forLogMessage('Waiting for connections'));
    const container = await start(MONGO_IMAGE, description.start());
    // The image logs that line once more on its first start, from a server without a password on another address.
    for (let attempt = 0; !(await accepts(address).catch(() => false)); attempt++) {
      if (attempt === 300)
        throw new LocalStackError(`${MONGO_IMAGE} doesn't listen on ${address}: see "docker logs"`);
      await sleep(100);
    }
    const stop = async (milliseconds: number) => {
      await container.stop({ timeout: milliseconds });
      started.delete(container);
    };
    return { isRunning: true, stop: () => stop(10_000), kill: () => stop(0) };
  }

  return {
    startControlPlane,
    startDatabase,
    stop: async () => void (await Promise.all([...started].map((container) => container.stop()))),
  };
}
