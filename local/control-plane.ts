import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from './ports.ts';
import type { Processes } from './processes.ts';

/** How an API server differs that has controllers and nodes from one that stands alone. */
export interface ApiServerOptions {
  /** Where it listens. */
  readonly address: string;
  readonly port: number;
  /** The first address of the range is that of the Service "kubernetes". */
  readonly serviceRange: string;
  readonly flags: readonly string[];
}

/** The programs of a control plane. */
export interface ControlPlaneBinaries {
  readonly etcd: string;
  readonly 'kube-apiserver': string;
}

/** What a control plane wrote down that its controllers need. */
export interface ControlPlane {
  /** Path of a kubeconfig for a cluster administrator. */
  readonly kubeconfig: string;
  /** Holds the authority that signed the API server's certificate. */
  readonly certificateFile: string;
}

/** An API server on a loopback address, without nodes and controllers. */
const alone = async (): Promise<ApiServerOptions> => ({
  address: '127.0.0.1',
  port: await freePort(),
  serviceRange: '10.0.0.0/24',
  // Nothing here makes the service accounts that this plugin waits for.
  flags: ['--disable-admission-plugins=ServiceAccount'],
});

/** Starts etcd and a real kube-apiserver; by default on loopback addresses alone, for clients and nothing else. */
export async function startControlPlane(
  folder: string,
  binaries: ControlPlaneBinaries,
  processes: Processes,
  options?: ApiServerOptions,
): Promise<ControlPlane> {
  const home = join(folder, 'control-plane');
  mkdirSync(home, { recursive: true });
  const [clientPort, peerPort] = [await freePort(), await freePort()];
  const { address, port, serviceRange, flags } = options ?? (await alone());
  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const etcdStarted = processes.start({
    name: 'etcd',
    command: binaries.etcd,
    args: [
      `--data-dir=${join(home, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      // The data lives as long as the stack does: there is no power cut to survive.
      '--unsafe-no-fsync',
    ],
    environment: {},
    ready: async () => (await fetch(`${etcdUrl}/health`)).ok,
  });

  const keyFile = join(home, 'service-account.key');
  const publicKeyFile = join(home, 'service-account.pub');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = { mode: 0o600 };
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), secret);
  writeFileSync(publicKeyFile, createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));

  const token = randomBytes(24).toString('hex');
  const tokenFile = join(home, 'tokens.csv');
  writeFileSync(tokenFile, `${token},admin,admin,"system:masters"\n`, secret);

  await etcdStarted;
  const certificates = join(home, 'certificates');
  const certificateFile = join(certificates, 'apiserver.crt');
  const url = `https://${address}:${port}`;
  await processes.start({
    name: 'kube-apiserver',
    command: binaries['kube-apiserver'],
    args: [
      `--etcd-servers=${etcdUrl}`,
      `--bind-address=${address}`,
      `--advertise-address=${address}`,
      `--secure-port=${port}`,
      `--cert-dir=${certificates}`,
      `--token-auth-file=${tokenFile}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${publicKeyFile}`,
      `--service-account-signing-key-file=${keyFile}`,
      `--service-cluster-ip-range=${serviceRange}`,
      // A loopback address can't be published as the endpoint of the "kubernetes" service.
      '--endpoint-reconciler-type=none',
      ...flags,
    ],
    environment: {},
    ready: () => isReady(url, certificateFile),
  });

  const file = join(folder, 'kubeconfig');
  writeFileSync(file, kubeconfig(url, readFileSync(certificateFile), token), secret);
  return { kubeconfig: file, certificateFile };
}

/** The API server makes its certificate itself; the file holds the authority that signed it as well. */
async function isReady(url: string, certificateFile: string): Promise<boolean> {
  const ca = await readFile(certificateFile);
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/readyz`, { ca, agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function kubeconfig(server: string, authority: Buffer, token: string): string {
  const name = 'nami-local';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': authority.toString('base64') } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
