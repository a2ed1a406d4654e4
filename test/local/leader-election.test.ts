import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyCrds } from '../../local/crds.ts';
import { kubectl } from '../../local/kubectl.ts';
import type { RunningProcess } from '../../local/processes.ts';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import { eventually } from '../user.ts';
import { type Forwarder, forwardTo } from './forwarder.ts';

/** A fifth of the defaults, so that the test is short. */
const TIMES = {
  NAMI_LEASE_DURATION_SECONDS: '3',
  NAMI_RENEW_DEADLINE_SECONDS: '2',
  NAMI_RETRY_PERIOD_SECONDS: '0.4',
};
const [DURATION, DEADLINE] = [3000, 2000];
/** Most that those who wait take until they look again, and a busy machine beside. */
const SLACK = 3000;
/** Bytes: more than one request to the API server has. */
const ONE_REQUEST = 16_384;

interface Replica {
  /** Its AWS access key, by which the proxy knows its calls. */
  readonly name: string;
  readonly process: RunningProcess;
  readonly api: Forwarder;
  /** Of its probes and metrics. */
  readonly url: string;
}

let stack: LocalStack;
const forwarders: Forwarder[] = [];

beforeAll(async () => {
  stack = await startLocalStack({ folder: '.nami/test-leader-election' });
  await applyCrds(stack);
  const file = join(stack.folder, 'pipeline.json');
  const manifest = {
    apiVersion: 'nami.dev/v1alpha1',
    kind: 'WebhookPipeline',
    metadata: { name: 'orders', namespace: 'default' },
    spec: { source: { type: 'None' }, alarms: { enabled: false } },
  };
  writeFileSync(file, JSON.stringify(manifest));
  await kubectl(stack, 'apply', '-f', file);
});
afterAll(async () => {
  for (const forwarder of forwarders) await forwarder.close();
  await stack?.stop();
});

let started = 0;

/** Starts an operator that reaches the API server by a way of its own, and looks at AWS all the time while it leads. */
async function startReplica(): Promise<Replica> {
  const name = `replica-${++started}`;
  const config = JSON.parse(await kubectl(stack, 'config', 'view', '--raw', '-o', 'json'));
  const [{ cluster }] = config.clusters;
  const api = await forwardTo(Number(new URL(cluster.server).port));
  forwarders.push(api);
  cluster.server = `https://127.0.0.1:${api.port}`;
  const kubeconfig = join(stack.folder, `kubeconfig-${name}`);
  writeFileSync(kubeconfig, JSON.stringify(config));
  const log = join(stack.folder, 'logs', `${name}.log`);
  const process = await stack.processes.start({
    name,
    command: globalThis.process.execPath,
    args: ['dist/operator.mjs'],
    environment: {
      PATH: dirname(globalThis.process.execPath),
      ...stack.environment,
      ...TIMES,
      KUBECONFIG: kubeconfig,
      AWS_ACCESS_KEY_ID: name,
      NAMI_LEADER_ELECTION: 'true',
      NAMI_NAMESPACE: 'default',
      NAMI_LOOK_SECONDS: '0.2',
      NAMI_RESYNC_SECONDS: '0.2',
    },
    ready: async () => readFileSync(log, 'utf8').includes('has started'),
  });
  const port = /"port":(\d+)/.exec(readFileSync(log, 'utf8'))?.[1];
  return { name, process, api, url: `http://127.0.0.1:${port}` };
}

const callsOf = ({ name }: Replica) =>
  stack.proxy.calls.filter(({ accessKeyId }) => accessKeyId === name).map(({ time }) => time);
const get = async ({ url }: Replica, path: string) => await fetch(url + path);
const masterStatus = async (replica: Replica) =>
  /^leader_election_master_status\{.*\} (\d)$/m.exec(await (await get(replica, '/metrics')).text())?.[1];
const leads = async (replica: Replica) =>
  await eventually(
    `${replica.name} is at work`,
    async () => (await masterStatus(replica)) === '1' && callsOf(replica).length > 3,
    30,
  );
const standsBy = async (replica: Replica) => {
  await eventually('it is ready', async () => (await get(replica, '/readyz')).status === 200, 10);
  expect(await masterStatus(replica)).toBe('0');
  expect(callsOf(replica)).toEqual([]);
};
/** Milliseconds from `begun` until the first call of a replica. */
const takeover = async (replica: Replica, begun: number) => {
  await leads(replica);
  return (callsOf(replica)[0] ?? Number.NaN) - begun;
};

describe('of two operators one works, and the other', () => {
  let leader: Replica;
  let other: Replica;
  const all: Replica[] = [];
  /** When a call arrived that was half sent when its sender was stopped. */
  let halfSent: number[] = [];

  test('is ready and asks AWS for nothing', async () => {
    leader = await startReplica();
    await leads(leader);
    other = await startReplica();
    all.push(leader, other);
    await sleep(1000);
    await standsBy(other);
    expect((await get(leader, '/healthz')).status).toBe(200);
    const [working, idle] = await Promise.all(
      [leader, other].map(async (each) => (await get(each, '/metrics')).text()),
    );
    expect(working).toMatch(
      /^nami_aws_requests_total\{service="sts",operation="GetCallerIdentity",code="OK"\} 1$/m,
    );
    expect(working).toMatch(
      /^rest_client_requests_total\{code="200",method="PUT",host="127\.0\.0\.1:\d+"\} \d+$/m,
    );
    expect(working).toMatch(/^nami_pipelines\{condition="Ready",/m);
    expect(idle).not.toMatch(/^(nami_aws_|nami_pipeline|workqueue_|controller_runtime_)/m);
  });

  test('ends at once when it is asked to, and leaves the lease alone', async () => {
    process.kill(other.process.pid, 'SIGTERM');
    expect(await other.process.ended).toBe(0);
    await sleep(2 * DURATION);
    expect(await masterStatus(leader)).toBe('1');
    other = await startReplica();
    all[1] = other;
  });

  test('takes over from one that is killed, once its lease has run out', async () => {
    const begun = Date.now();
    await leader.process.kill();
    const took = await takeover(other, begun);
    expect(took).toBeGreaterThan(DURATION - DEADLINE);
    expect(took).toBeLessThan(DURATION + SLACK);
    [leader, other] = [other, await startReplica()];
    all.push(other);
  });

  test('takes over from one that is stopped, which sends nothing more when it goes on', async () => {
    await standsBy(other);
    await eventually('it is at work', async () => (callsOf(leader).at(-1) ?? 0) > Date.now() - 200);
    const begun = Date.now();
    process.kill(leader.process.pid, 'SIGSTOP');
    expect(await takeover(other, begun)).toBeLessThan(DURATION + SLACK);
    const [calls, bytes] = [callsOf(leader).length, leader.api.sentBytes];
    const resumed = Date.now();

    process.kill(leader.process.pid, 'SIGCONT');

    expect(await leader.process.ended).toBe(1);
    await sleep(500);
    // What the fence had let through when it was stopped, and was half sent, may still arrive; nothing begins any more.
    expect(callsOf(leader).length - calls).toBeLessThanOrEqual(1);
    halfSent = callsOf(leader).filter((time) => time >= resumed);
    expect(leader.api.sentBytes - bytes).toBeLessThan(ONE_REQUEST);
    expect(readFileSync(leader.process.logFile, 'utf8')).toContain('leads no more, and ends');
    [leader, other] = [other, await startReplica()];
    all.push(other);
  });

  test('takes over from one that is cut from the API server, which ends before', async () => {
    await standsBy(other);
    const begun = Date.now();
    leader.api.cut();

    expect(await leader.process.ended).toBe(1);
    expect(Date.now() - begun).toBeLessThan(DEADLINE + SLACK);
    expect(await takeover(other, begun)).toBeLessThan(DURATION + SLACK);
    expect(callsOf(leader).at(-1)).toBeLessThan(begun + DURATION);
    [leader, other] = [other, await startReplica()];
    all.push(other);
  });

  test('takes over at once from one that is asked to stop', async () => {
    await standsBy(other);
    const begun = Date.now();
    process.kill(leader.process.pid, 'SIGTERM');
    expect(await leader.process.ended).toBe(0);
    const stopped = Date.now();
    expect((await takeover(other, begun)) - (stopped - begun)).toBeLessThan(2000);
  });

  test('never is at work at the same time', () => {
    const names = new Set(all.map(({ name }) => name));
    const calls = stack.proxy.calls
      .filter(({ accessKeyId, time }) => names.has(accessKeyId) && !halfSent.includes(time))
      .sort((one, two) => one.time - two.time)
      .map(({ accessKeyId }) => accessKeyId);
    const turns = calls.filter((name, index) => name !== calls[index - 1]);
    expect(calls.length).toBeGreaterThan(100);
    // Each has one turn, in the order in which they were started.
    expect(turns).toEqual(all.map(({ name }) => name));
  });
});
