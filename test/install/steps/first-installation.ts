import { deepStrictEqual, match, ok, rejects } from 'node:assert';
import { readFileSync } from 'node:fs';
import { buildImage } from '../../../scripts/image/build.ts';
import { eventually } from '../../user.ts';
import { CHART_FOLDER, RELEASE } from '../cluster.ts';
import { operatorPid, residentMiB } from '../operator-process.ts';
import type { Step } from '../step.ts';
import { post, stored, urlOf } from '../traffic.ts';

export const TENANT = 'tenant';
export const PIPELINE = 'github';

/** The signing secret of the tenant's pipeline, once that is there. */
export const signing = { secret: '' };

export const FIRST_INSTALLATION: readonly Step[] = [
  {
    name: 'the image is built twice with the same digest, and imported',
    async run({ provider }) {
      const [first, second] = [await buildImage(), await buildImage()];
      deepStrictEqual(second.digest, first.digest);
      await provider.runtime().importImage(first.tar);
      return `${first.digest}, ${(first.tar.length / 1024 / 1024).toFixed(1)} MiB`;
    },
  },
  {
    name: 'the node gets ready',
    async run(cluster) {
      await eventually('a node', async () => (await cluster.kubectl('get', 'nodes', '-o', 'name')) !== '');
      await cluster.kubectl('wait', 'nodes', '--all', '--for=condition=Ready', '--timeout=60s');
    },
  },
  {
    name: 'a custom resource definition that kubectl applied is refused by helm install, and taken over with --take-ownership',
    async run(cluster) {
      await cluster.releaseNamespace(RELEASE.namespace);
      await cluster.kubectl('apply', '--server-side', '-f', 'crds/');
      const install = [
        'install',
        RELEASE.name,
        CHART_FOLDER,
        '-n',
        RELEASE.namespace,
        '-f',
        cluster.values(),
      ];
      await rejects(cluster.helm(...install), /invalid ownership metadata/);
      const said = await cluster.helm(...install, '--take-ownership');
      match(said, /STATUS: deployed/);
      match(said, /stay\nand go on receiving/);
    },
  },
  {
    name: 'the operator runs: not as root, nothing of its image writable',
    async run(cluster) {
      const pod = await cluster.running();
      const { startedAt } = pod.status.containerStatuses?.[0]?.state.running ?? {};
      const log = await cluster.kubectl('-n', RELEASE.namespace, 'logs', pod.metadata.name);
      const line = log.split('\n').find((each) => each.includes('the Nami operator runs')) ?? '{}';
      const seconds = (Date.parse(JSON.parse(line).time) - Date.parse(startedAt ?? '')) / 1000;
      const status = readFileSync(`/proc/${operatorPid()}/status`, 'utf8');
      match(status, /^Uid:\s+65532\s+65532/m);
      match(status, /^CapEff:\s+0+$/m);
      match(status, /^NoNewPrivs:\s+1$/m);
      match(readFileSync(`/proc/${operatorPid()}/mounts`, 'utf8'), /^overlay \/ overlay ro,/m);
      return `says that it runs less than ${(seconds + 1).toFixed(1)} s after its container started; resident: ${residentMiB()} MiB without a pipeline`;
    },
  },
  {
    name: 'a pipeline gets ready, and what is posted to it is stored',
    async run(cluster) {
      ({ secret: signing.secret } = await cluster.namespace(TENANT));
      await cluster.apply(TENANT, PIPELINE);
      const pipeline = await cluster.waitReady(TENANT, PIPELINE, 120);
      await stored(cluster, pipeline, await post(urlOf(pipeline), signing.secret));
      const events = await cluster.kubectl('-n', TENANT, 'get', 'events.events.k8s.io', '-o', 'name');
      ok(events.length > 0, 'there are no Events');
      return `resident: ${residentMiB()} MiB with one pipeline`;
    },
  },
  {
    name: 'helm test says as whom AWS answers, and that no right is missing',
    async run(cluster) {
      const said = await cluster.helm(
        'test',
        RELEASE.name,
        '-n',
        RELEASE.namespace,
        '--logs',
        '--timeout',
        '3m',
      );
      match(said, /AWS answers in us-east-1: account \d+, as arn:aws:/);
      match(said, /rights: \d+ there, 0 missing, 0 without an answer/);
      return /rights: .*/.exec(said)?.[0];
    },
  },
  {
    name: 'who may view a namespace sees its pipelines, who may edit it changes them, and nobody else does',
    async run(cluster) {
      for (const [user, role] of [
        ['viewer', 'view'],
        ['editor', 'edit'],
      ] as const)
        await cluster.kubectl(
          '-n',
          TENANT,
          'create',
          'rolebinding',
          user,
          `--clusterrole=${role}`,
          `--user=${user}`,
        );
      const may = async (user: string, verb: string, ...more: string[]) => {
        const asked = ['auth', 'can-i', verb, 'webhookpipelines', '--as', user, ...more];
        return (await cluster.kubectl('-n', TENANT, ...asked).catch(() => 'no')).trim();
      };
      await eventually('the roles are aggregated', async () => (await may('editor', 'create')) === 'yes', 30);
      deepStrictEqual(
        [
          await may('viewer', 'list'),
          await may('viewer', 'create'),
          await may('editor', 'delete'),
          await may('stranger', 'get'),
        ],
        ['yes', 'no', 'yes', 'no'],
      );
      deepStrictEqual(await may('editor', 'patch', '--subresource=status'), 'no');
    },
  },
];
