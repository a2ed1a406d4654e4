import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from './ports.ts';
import type { Processes } from './processes.ts';

/**
 * Starts etcd and a real kube-apiserver, on loopback addresses alone, and gives the path of a kubeconfig for a
 * cluster administrator. There are no nodes and no controllers.
 */
export async function startControlPlane(
  folder: string,
  binaries: { readonly etcd: string; readonly 'kube-apiserver': string },
  processes: Processes,
): Promise<string> {
  const home = join(folder, 'control-plane');
  mkdirSync(home, { recursive: true });
  const [clientPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
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
  const url = `https://127.0.0.1:${port}`;
  await processes.start({
    name: 'kube-apiserver',
    command: binaries['kube-apiserver'],
    args: [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${certificates}`,
      `--token-auth-file=${tokenFile}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${publicKeyFile}`,
      `--service-account-signing-key-file=${keyFile}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      // A loopback address can't be published as the endpoint of the "kubernetes" service.
      '--endpoint-reconciler-type=none',
      // Nothing here makes the service accounts that this plugin waits for.
      '--disable-admission-plugins=ServiceAccount',
    ],
    environment: {},
    ready: () => isReady(url, certificateFile),
  });

  const file = join(folder, 'kubeconfig');
  writeFileSync(file, kubeconfig(url, readFileSync(certificateFile), token), secret);
  return file;
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
