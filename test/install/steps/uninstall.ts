import { deepStrictEqual, match, rejects } from 'node:assert';
import { eventually } from '../../user.ts';
import { CHART_FOLDER, RELEASE } from '../cluster.ts';
import type { Step } from '../step.ts';
import { post, startTraffic, stored, urlOf } from '../traffic.ts';
import { PIPELINE, signing, TENANT } from './first-installation.ts';

export const UNINSTALL: readonly Step[] = [
  {
    name: 'an uninstall is refused while there are pipelines, where the values say so, and names them',
    async run(cluster) {
      await cluster.upgrade({ uninstall: { onLivePipelines: 'Refuse' } });
      await cluster.running();
      const uninstall = cluster.helm('uninstall', RELEASE.name, '-n', RELEASE.namespace);
      await rejects(uninstall, (error: Error) => {
        match(error.message, /there are 1 pipelines/);
        match(error.message, new RegExp(`${TENANT}/${PIPELINE}`));
        return true;
      });
      await cluster.running();
    },
  },
  {
    name: 'an uninstall with a live pipeline leaves it, its definition and its receiver, and an installation takes them up',
    async run(cluster) {
      const pipeline = await cluster.get(TENANT, PIPELINE);
      const traffic = startTraffic(urlOf(pipeline), signing.secret);
      const said = await cluster.uninstall(RELEASE.namespace, '--no-hooks');
      match(said, /CustomResourceDefinition\] webhookpipelines\.nami\.dev/);
      await eventually('no operator is left', async () => (await cluster.pods()).length === 0);
      await stored(cluster, pipeline, await post(urlOf(pipeline), signing.secret));

      cluster.stack.proxy.clear();
      await cluster.helm(
        'install',
        RELEASE.name,
        CHART_FOLDER,
        '-n',
        RELEASE.namespace,
        '-f',
        cluster.values(),
      );
      await cluster.running();
      await cluster.waitReady(TENANT, PIPELINE);
      await stored(cluster, pipeline, await traffic.stop());
      deepStrictEqual(cluster.changes(), []);
      const { metadata } = await cluster.get(TENANT, PIPELINE);
      deepStrictEqual(metadata.uid, pipeline.metadata.uid);
    },
  },
  {
    name: 'a second release in the cluster leaves the definition to the first',
    async run(cluster) {
      const second = 'second-system';
      await cluster.releaseNamespace(second);
      const install = ['install', RELEASE.name, CHART_FOLDER, '-n', second];
      await rejects(
        cluster.helm(...install, '-f', cluster.values()),
        /webhookpipelines\.nami\.dev.*invalid ownership/,
      );
      const operator = { watchNamespaces: ['of-the-second'], cluster: 'second' };
      await cluster.kubectl('create', 'namespace', 'of-the-second');
      await cluster.helm(...install, '-f', cluster.values({ crds: { enabled: false }, operator }));
      await cluster.running(second);
      await cluster.uninstall(second);
      await cluster.running();
    },
  },
];
