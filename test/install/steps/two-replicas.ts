import { deepStrictEqual, match, ok } from 'node:assert';
import { buildImage } from '../../../scripts/image/build.ts';
import { eventually } from '../../user.ts';
import { type Cluster, type Pod, RELEASE } from '../cluster.ts';
import { operatorPidOf } from '../operator-process.ts';
import type { Step } from '../step.ts';
import { startTraffic, stored, urlOf } from '../traffic.ts';
import { PIPELINE, signing, TENANT } from './first-installation.ts';

/** By when another leads, at the chart's defaults, when a leader went without a word. */
const SUCCESSION_SECONDS = 20;

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;

/** Waits until two operators run that are ready, and none beside them. */
async function bothReady(cluster: Cluster): Promise<Pod[]> {
  return await eventually(
    'two operators are ready',
    async () => {
      const pods = await cluster.pods();
      return pods.length === 2 && pods.every(isReady) ? pods : undefined;
    },
    90,
  );
}

interface Leader {
  /** Of the process: a pod whose container starts anew is another. */
  readonly identity: string;
  readonly pod: string;
}

async function holder(cluster: Cluster): Promise<Leader> {
  const lease = ['get', 'lease', RELEASE.deployment, '-o', 'jsonpath={.spec.holderIdentity}'];
  const identity = await cluster.kubectl('-n', RELEASE.namespace, ...lease);
  const [pod = ''] = identity.split('_');
  return { identity, pod };
}

/** Waits until one of these leads; right after an upgrade the Lease may still name a pod that has gone. */
async function leaderAmong(cluster: Cluster, pods: readonly Pod[]): Promise<Leader> {
  return await eventually('one of the pods leads', async () => {
    const found = await holder(cluster);
    return pods.some(({ metadata }) => metadata.name === found.pod) ? found : undefined;
  });
}

/** Takes a leader away while deliveries come in, and answers how long it took until another led. */
async function succession(
  cluster: Cluster,
  before: Leader,
  remove: (leader: Leader) => Promise<unknown>,
): Promise<string> {
  const pipeline = await cluster.get(TENANT, PIPELINE);
  cluster.stack.proxy.clear();
  const traffic = startTraffic(urlOf(pipeline), signing.secret);
  const begin = Date.now();
  const succeeded = eventually(
    'another leads',
    async () => {
      const { identity } = await holder(cluster);
      return identity !== '' && identity !== before.identity;
    },
    60,
  ).then(() => (Date.now() - begin) / 1000);
  const [seconds] = await Promise.all([succeeded, remove(before)]);
  ok(seconds < SUCCESSION_SECONDS, `it took ${seconds} s until another led`);
  await cluster.looked();
  await stored(cluster, pipeline, await traffic.stop());
  deepStrictEqual(cluster.changes(), []);
  return `another led after ${seconds.toFixed(1)} s`;
}

export const TWO_REPLICAS: readonly Step[] = [
  {
    name: 'two replicas run on two nodes, each ready, and one leads',
    async run(cluster) {
      const second = await cluster.provider.startSecondNode();
      await second.importImage((await buildImage()).tar);
      await eventually(
        'a second node',
        async () => (await cluster.kubectl('get', 'nodes', '-o', 'name')).trim().split('\n').length === 2,
        60,
      );
      await cluster.kubectl('wait', 'nodes', '--all', '--for=condition=Ready', '--timeout=60s');
      await cluster.upgrade({ replicas: 2 });
      const pods = await bothReady(cluster);
      deepStrictEqual(pods.map(({ spec }) => spec.nodeName).sort(), ['node-1', 'node-2']);
      await leaderAmong(cluster, pods);
    },
  },
  {
    name: 'a leader whose process is killed is followed by the other, and no delivery is refused',
    async run(cluster) {
      const led = await leaderAmong(cluster, await bothReady(cluster));
      return await succession(cluster, led, async ({ pod }) => process.kill(operatorPidOf(pod), 'SIGKILL'));
    },
  },
  {
    name: "a leader's node that is drained hands over to the other, and its pod comes up elsewhere",
    async run(cluster) {
      const pods = await bothReady(cluster);
      const led = await leaderAmong(cluster, pods);
      const node = pods.find(({ metadata }) => metadata.name === led.pod)?.spec.nodeName ?? '';
      const drain = ['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=90s'];
      const said = await succession(cluster, led, async () =>
        match(await cluster.kubectl(...drain), /drained/),
      );
      const moved = await bothReady(cluster);
      ok(
        moved.every(({ spec }) => spec.nodeName !== node),
        `there is still a pod on ${node}`,
      );
      await cluster.kubectl('uncordon', node);
      return said;
    },
  },
  {
    name: 'nothing evicts both replicas at once',
    async run(cluster) {
      await bothReady(cluster);
      const budget = ['get', 'poddisruptionbudget', RELEASE.deployment, '-o', 'jsonpath={.status}'];
      const { disruptionsAllowed, expectedPods } = JSON.parse(
        await cluster.kubectl('-n', RELEASE.namespace, ...budget),
      );
      deepStrictEqual({ disruptionsAllowed, expectedPods }, { disruptionsAllowed: 1, expectedPods: 2 });
      await cluster.upgrade();
      await cluster.running();
      await cluster.waitReady(TENANT, PIPELINE);
    },
  },
];
