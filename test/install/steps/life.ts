import { deepStrictEqual, match, ok } from 'node:assert';
import { eventually } from '../../user.ts';
import { chartWith } from '../chart-copy.ts';
import { CHART_FOLDER, type Cluster, RELEASE, UPGRADE } from '../cluster.ts';
import { operatorPid, operatorPids } from '../operator-process.ts';
import type { Step } from '../step.ts';
import { post, startTraffic, stored, urlOf } from '../traffic.ts';
import { PIPELINE, signing, TENANT } from './first-installation.ts';

/** Waits until the operator has looked at the pipeline again, and has nothing more to do. */
async function lookedAgain(cluster: Cluster): Promise<void> {
  await cluster.looked();
  await eventually(
    'it is at rest',
    async () => (cluster.stack.proxy.calls.at(-1)?.time ?? 0) < Date.now() - 3_000,
  );
}

const NEW_FIELD = 'aFieldOfTheNextVersion';

async function knowsNewField(cluster: Cluster): Promise<boolean> {
  const crd = await cluster.kubectl('get', 'crd', 'webhookpipelines.nami.dev', '-o', 'json');
  return crd.includes(NEW_FIELD);
}

export const LIFE: readonly Step[] = [
  {
    name: 'a pod that is killed is followed by another, which changes nothing in AWS, and no delivery is refused',
    async run(cluster) {
      const before = await cluster.running();
      const pipeline = await cluster.get(TENANT, PIPELINE);
      cluster.stack.proxy.clear();
      const traffic = startTraffic(urlOf(pipeline), signing.secret);
      await cluster.kubectl(
        '-n',
        RELEASE.namespace,
        'delete',
        'pod',
        before.metadata.name,
        '--grace-period=0',
        '--force',
      );
      await eventually('another pod', async () =>
        (await cluster.pods()).some(({ metadata }) => metadata.uid !== before.metadata.uid),
      );
      await cluster.running();
      await lookedAgain(cluster);
      await stored(cluster, pipeline, await traffic.stop());
      deepStrictEqual(cluster.changes(), []);
    },
  },
  {
    name: 'an upgrade to a chart with a changed custom resource definition brings that up, and no delivery is refused',
    async run(cluster) {
      const next = chartWith(cluster, 'next', 'files/nami.dev_webhookpipelines.yaml', ({ spec }) => {
        const [{ schema }] = (spec as { versions: [{ schema: Schema }] }).versions;
        schema.openAPIV3Schema.properties.spec.properties[NEW_FIELD] = { type: 'string', maxLength: 8 };
      });
      const pipeline = await cluster.get(TENANT, PIPELINE);
      const traffic = startTraffic(urlOf(pipeline), signing.secret);
      await cluster.upgrade({ podLabels: { version: 'next' } }, next);
      await cluster.running();
      ok(await knowsNewField(cluster), 'the custom resource definition is the old one');
      await cluster.waitReady(TENANT, PIPELINE);
      await stored(cluster, pipeline, await traffic.stop());
    },
  },
  {
    name: 'a rollback brings back the chart and its custom resource definition, and the pipeline stays ready',
    async run(cluster) {
      await cluster.helm('rollback', RELEASE.name, '1', '-n', RELEASE.namespace);
      await cluster.running();
      ok(!(await knowsNewField(cluster)), 'the custom resource definition is the next one');
      const pipeline = await cluster.waitReady(TENANT, PIPELINE);
      await stored(cluster, pipeline, await post(urlOf(pipeline), signing.secret));
    },
  },
  {
    name: 'an upgrade with --reuse-values comes from a chart that lacked half of the values',
    async run(cluster) {
      const old = chartWith(cluster, 'old', 'values.yaml', (values) => {
        const kept = ['image', 'aws', 'operator', 'extraEnv', 'resources'];
        for (const name of Object.keys(values)) if (!kept.includes(name)) delete values[name];
        for (const name of ['allowed', 'tags', 'watchNamespaces'])
          delete (values.operator as Record<string, unknown>)[name];
      });
      await cluster.upgrade({}, old);
      const said = await cluster.helm(
        ...UPGRADE,
        CHART_FOLDER,
        '--reuse-values',
        '--set',
        'podAnnotations.reused=yes',
      );
      match(said, /STATUS: deployed/);
      await cluster.running();
      await cluster.waitReady(TENANT, PIPELINE);
      await cluster.upgrade();
      await cluster.running();
    },
  },
  {
    name: 'an operator that is asked to stop while it starts ends at once',
    async run(cluster) {
      const before = await cluster.running();
      const old = operatorPid();
      await cluster.kubectl('-n', RELEASE.namespace, 'delete', 'pod', before.metadata.name, '--wait=false');
      const starting = await eventually('the next operator', async () =>
        operatorPids().find((pid) => pid !== old),
      );
      const begin = Date.now();
      process.kill(starting, 'SIGTERM');
      await eventually('it has ended', async () => !operatorPids().includes(starting), 60);
      const seconds = (Date.now() - begin) / 1000;
      await cluster.running();
      ok(seconds < 5, `it took ${seconds} s to end: the signal was lost`);
      return `ended in ${seconds} s`;
    },
  },
];

interface Schema {
  readonly openAPIV3Schema: {
    readonly properties: { readonly spec: { readonly properties: Record<string, unknown> } };
  };
}
