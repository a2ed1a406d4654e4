import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BOUNDARY_ARN, CLUSTER } from '../../test/iam/policies.ts';
import type { World } from '../../test/simulation/world.ts';
import { FAST, untilReady, worldOf } from './measure.ts';
import { serveAws } from './stand-in/aws-server.ts';
import { serveKubernetes } from './stand-in/kubernetes-server.ts';

/** Resident memory of the operator's process, in MiB. */
export interface Memory {
  /** At rest, once it has looked at everything. */
  readonly rssMiB: number;
  /** The most that it ever had. */
  readonly peakMiB: number;
  /** Calls of AWS that it made until it was at rest. */
  readonly calls: number;
}

const root = join(import.meta.dirname, '..', '..');
const OPERATOR = join(root, 'dist', 'operator.mjs');
/** The chart's limit of memory, of which the image gives V8 a share. */
const LIMIT_MIB = 256;
/** How far the virtual time goes on at a time, in milliseconds. */
const STEP = 10;
/** What is asked of each pipeline once a minute, all else being at rest. */
const LOOKS = new Set(['sqs:GetQueueAttributes', 'lambda:Invoke']);
const LOOK_SECONDS = 60;
/** Other calls in that time, of the region and by pages: so many and one for each tenth pipeline. */
const CALLS_OF_REGION = 30;
const LONGEST_SECONDS = 1800;

/**
 * Starts the bundled operator, as the image does, before so many pipelines that are all there: in a simulated account and
 * a simulated Kubernetes API behind loopback servers that speak their protocols. Its functions' code is another than what
 * runs, as after an upgrade. Answers what it takes once it has looked at everything and brought it up.
 */
export async function measureMemory(pipelines: number): Promise<Memory> {
  const { world, names } = await worldOf(pipelines, FAST);
  await untilReady(world, names);
  await world.stop();
  const servers = await Promise.all([serveAws(world.aws), serveKubernetes(world.kubernetes.transport)]);
  const [{ address: aws }, { address: kubernetes }] = servers;
  const folder = join(root, '.nami', 'bench-scale');
  mkdirSync(folder, { recursive: true });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(`http://${kubernetes}`));
  const log = openSync(join(folder, 'operator.log'), 'w');
  const operator = spawn(process.execPath, [OPERATOR], {
    env: environmentOf(world, `http://${aws}`, kubeconfig),
    stdio: ['ignore', log, log],
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => {
      operator.kill('SIGKILL');
      process.exit(code);
    });
  const ended = new AbortController();
  operator.once('exit', () => ended.abort());
  const time = keepTime(world, ended.signal);
  try {
    const calls = await untilRest(world, pipelines, ended.signal);
    return { ...memoryOf(operator.pid ?? 0), calls };
  } finally {
    operator.kill('SIGKILL');
    ended.abort();
    await time;
    for (const server of servers) server.close();
    closeSync(log);
  }
}

const environmentOf = ({ aws }: World, endpoint: string, kubeconfig: string): NodeJS.ProcessEnv => ({
  AWS_ACCESS_KEY_ID: 'stand-in',
  AWS_SECRET_ACCESS_KEY: 'stand-in',
  AWS_REGION: aws.around.region,
  AWS_ENDPOINT_URL: endpoint,
  KUBECONFIG: kubeconfig,
  ...imageEnvironment(),
  NAMI_CLUSTER: CLUSTER,
  NAMI_LEADER_ELECTION: 'false',
  NAMI_PERMISSIONS_BOUNDARY: BOUNDARY_ARN,
  NAMI_PORT: '0',
  // Everything is looked at once: at the start.
  NAMI_RESYNC_SECONDS: '86400',
  // How long AWS would make it wait is no matter of memory.
  NAMI_RATE_SHARE: FAST.NAMI_RATE_SHARE,
});

/** What the image sets; V8 would take the share of this machine's memory. */
function imageEnvironment(): NodeJS.ProcessEnv {
  const lines = readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(
    /^ENV (MALLOC_\w+|NODE_OPTIONS)="?(.*?)"?$/gm,
  );
  const withinLimit = (value: string) =>
    value.replace(
      /--max-old-space-size-percentage=(\d+)/,
      (_, share) => `--max-old-space-size=${(LIMIT_MIB * Number(share)) / 100}`,
    );
  return Object.fromEntries([...lines].map(([, name, value = '']) => [name, withinLimit(value)]));
}

const kubeconfigOf = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'stand-in',
    clusters: [{ name: 'stand-in', cluster: { server } }],
    users: [{ name: 'stand-in', user: {} }],
    contexts: [
      { name: 'stand-in', context: { cluster: 'stand-in', user: 'stand-in', namespace: 'default' } },
    ],
  });

/** Lets the world's time go as fast as the real one. */
async function keepTime(world: World, ended: AbortSignal): Promise<void> {
  for (let last = performance.now(); !ended.aborted; ) {
    await sleep(STEP);
    const now = performance.now();
    await world.time.advance(now - last);
    last = now;
  }
}

async function untilRest({ aws }: World, pipelines: number, ended: AbortSignal): Promise<number> {
  const before = aws.calls.length;
  for (let waited = 0; waited < LONGEST_SECONDS; waited += LOOK_SECONDS) {
    const count = aws.calls.length;
    await sleep(LOOK_SECONDS * 1000, undefined, { signal: ended }).catch(() => {
      throw new Error(
        `the operator has ended by itself: see ${join('.nami', 'bench-scale', 'operator.log')}`,
      );
    });
    const made = aws.calls.slice(count);
    const others = made.filter(({ service, command }) => !LOOKS.has(`${service}:${command}`));
    if (made.length > 0 && others.length <= CALLS_OF_REGION + pipelines / 10)
      return aws.calls.length - before;
  }
  throw new Error(`the operator did not come to rest within ${LONGEST_SECONDS} s`);
}

function memoryOf(pid: number): Pick<Memory, 'rssMiB' | 'peakMiB'> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { rssMiB: mebibytes('VmRSS'), peakMiB: mebibytes('VmHWM') };
}
