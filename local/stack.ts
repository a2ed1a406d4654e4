import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Emulators, startEmulators } from './aws.ts';
import { chooseProvider } from './choose-provider.ts';
import { emulatorClients } from './emulator-clients.ts';
import { Hosts } from './hosts.ts';
import { LocalStackError } from './local-stack-error.ts';
import { claimNetwork, type NetworkClaim } from './network-claim.ts';
import { Processes } from './processes.ts';
import { elapsed, type Progress } from './progress.ts';
import type { Provider, ProviderContext } from './provider.ts';
import { AwsProxy } from './proxy.ts';
import { makeFolder } from './tools/cache.ts';
import { findKubectl } from './tools/kubectl.ts';
import { preparePython } from './tools/python.ts';

export interface LocalStackOptions {
  /** Everything that the stack writes is in there; what an earlier stack left in it is cleared. */
  readonly folder: string;
  readonly progress?: Progress;
  /** What runs the control plane; by default as `NAMI_LOCAL_PROVIDER` says. */
  readonly provider?: (context: ProviderContext) => Promise<Provider>;
  /** The address of this machine by which the operator reaches AWS. */
  readonly awsAddress?: string;
}

export interface LocalStack {
  readonly folder: string;
  /** Path of a kubeconfig for a cluster administrator. */
  readonly kubeconfig: string;
  /** A kubectl that fits the API server. */
  readonly kubectl: string;
  /** What the operator and AWS SDKs need in their environment to work with this stack. */
  readonly environment: Readonly<Record<string, string>>;
  /** Records AWS calls and makes faults happen. */
  readonly proxy: AwsProxy;
  readonly hosts: Hosts;
  /** The emulators without the proxy: calls that should be neither recorded nor disturbed go there. */
  readonly emulators: Emulators;
  /** Starts further processes that end with the stack. */
  readonly processes: Processes;
  stop(): Promise<void>;
}

const REGION = 'us-east-1';
const STATE_FOLDERS = ['control-plane', 'aws', 'volumes', 'logs'];

/**
 * Brings up a Kubernetes control plane, the AWS emulators behind a recording proxy, and the hosts of the emulated
 * account, all on loopback addresses of this machine. Nothing of it outlives this process.
 *
 * @example
 * const stack = await startLocalStack({ folder: '.nami/demo', progress: console.log });
 * try {
 *   // run the operator with { ...process.env, ...stack.environment }
 * } finally {
 *   await stack.stop();
 * }
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const { progress = () => {} } = options;
  const folder = resolve(options.folder);
  const begin = Date.now();
  makeFolder(folder);
  const processes = await Processes.open(folder, ({ name, logFile }) =>
    progress(`${name} has ended by itself; see ${logFile}`),
  );
  let proxy: AwsProxy | undefined;
  let hosts: Hosts | undefined;
  let provider: Provider | undefined;
  let network: NetworkClaim | undefined;
  const stop = async () => {
    try {
      await hosts?.stop();
      await provider?.stop();
    } finally {
      await proxy?.close();
      await processes.stop();
      network?.release();
    }
  };
  try {
    network = await claimNetwork();
    proxy = await AwsProxy.listen(options.awsAddress);
    for (const name of STATE_FOLDERS) rmSync(join(folder, name), { recursive: true, force: true });
    makeFolder(join(folder, 'logs'));
    // One after the other: each fails in one line before the next begins work that takes minutes.
    const programs = await preparePython(processes, progress);
    const environment = environmentFor(proxy.url, network.cidr);
    const context = { folder, programs, processes, progress, environment };
    provider = await (options.provider ?? chooseProvider)(context);
    const kubectl = await findKubectl(processes, progress);

    progress('starting the Kubernetes control plane and the AWS emulators');
    const [kubeconfig, emulators] = await all(
      provider.startControlPlane(),
      startEmulators(folder, programs, proxy.url, REGION, processes),
    );
    proxy.connect(emulators, REGION);
    const volumes = join(folder, 'volumes');
    hosts = new Hosts(emulatorClients(emulators, REGION), provider.startDatabase, volumes, progress);
    progress(`the local stack runs (${elapsed(begin)})`);
    return {
      folder,
      kubeconfig,
      kubectl,
      environment: { KUBECONFIG: kubeconfig, ...environment },
      proxy,
      hosts,
      emulators,
      processes,
      stop,
    };
  } catch (error) {
    await stop().catch(() => {}); // what went wrong first is what counts
    throw error instanceof LocalStackError ? error : new LocalStackError(explain(error), { cause: error });
  }
}

function environmentFor(awsUrl: string, networkCidr: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: awsUrl,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: REGION,
    NAMI_ENDPOINT_URL_TEMPLATE: `${awsUrl}/restapis/{api}/{stage}/_user_request_/nami/{path}`,
    NAMI_NETWORK_CIDR: networkCidr,
    NAMI_QUEUE_SETTLE_SECONDS: '1',
    // Operators are started and ended here by whoever needs one, and several may run on this machine.
    NAMI_LEADER_ELECTION: 'false',
    NAMI_PORT: '0',
    // The emulators throttle nothing.
    NAMI_RATE_SHARE: '100',
  };
}

/** Waits for both, also when one fails, so that nothing is still starting when the other's failure is handled. */
async function all<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC') return 'the disk is full: the local stack needs about 1 GB';
  return `the local stack can't start: ${error instanceof Error ? error.message : error}`;
}
