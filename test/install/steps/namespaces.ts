import { deepStrictEqual, match, ok } from 'node:assert';
import { accountContents } from '../../../local/account-contents.ts';
import { eventually } from '../../user.ts';
import { RELEASE } from '../cluster.ts';
import type { Step } from '../step.ts';
import { TENANT } from './first-installation.ts';

/** A namespace that is deleted, and when, in milliseconds since the epoch. */
export const doomed = { name: 'doomed', deletedAt: 0 };
const DOOMED = doomed.name;

export const NAMESPACES: readonly Step[] = [
  {
    name: 'with a list of namespaces the operator reads Secrets in those alone, and looks after no other pipeline',
    async run(cluster) {
      await cluster.namespace(DOOMED);
      await cluster.upgrade({ operator: { watchNamespaces: [TENANT, DOOMED] } });
      await cluster.running();
      const account = `system:serviceaccount:${RELEASE.namespace}:${RELEASE.deployment}`;
      const may = async (namespace: string) =>
        (
          await cluster
            .kubectl('-n', namespace, 'auth', 'can-i', 'get', 'secrets', '--as', account)
            .catch(() => 'no')
        ).trim();
      deepStrictEqual([await may(TENANT), await may(DOOMED), await may('default')], ['yes', 'yes', 'no']);
      await cluster.namespace('unwatched');
      await cluster.apply('unwatched', 'ignored');
      await cluster.apply(DOOMED, 'doomed');
      await cluster.waitReady(DOOMED, 'doomed', 120);
      deepStrictEqual((await cluster.get('unwatched', 'ignored')).status?.conditions, undefined);
      await cluster.kubectl('delete', 'namespace', 'unwatched', '--timeout=60s');
    },
  },
  {
    name: 'a watched namespace that is deleted takes its pipeline down in AWS, and an upgrade works after it',
    async run(cluster) {
      doomed.deletedAt = Date.now();
      await cluster.kubectl('delete', 'namespace', DOOMED, '--timeout=150s');
      const left = (await accountContents(cluster.stack)).pipelines.filter((name) => name.includes(DOOMED));
      // Its events stay, with what they can be read by.
      ok(
        left.every((name) => /^(Volume|Parameter) /.test(name)),
        left.join(),
      );
      const said = await cluster.upgrade({
        operator: { watchNamespaces: [TENANT, DOOMED] },
        podLabels: { after: 'deletion' },
      });
      match(said, /The namespace doomed is not there/);
      await cluster.running();
    },
  },
  {
    name: 'the way out leaves nothing in the cluster, and in AWS the volumes with the events alone',
    async run(cluster) {
      await cluster.upgrade({ operator: { deleteSharedObjects: true } });
      await cluster.running();
      await cluster.kubectl('delete', 'webhookpipelines', '--all', '--all-namespaces', '--timeout=150s');
      await eventually('the shared objects are gone', async () => {
        const { pipelines, shared } = await accountContents(cluster.stack);
        return shared.length === 0 && pipelines.every((name) => /^(Volume|Parameter) /.test(name));
      });
      await cluster.uninstall();
      await cluster.kubectl('delete', '-f', 'crds/', '--timeout=60s');
      const kinds =
        'clusterroles,clusterrolebindings,roles,rolebindings,deployments,serviceaccounts,jobs,services,networkpolicies,validatingadmissionpolicies,validatingadmissionpolicybindings';
      const label = 'app.kubernetes.io/instance=nami';
      deepStrictEqual(await cluster.kubectl('get', kinds, '-A', '-l', label, '-o', 'name'), '');
    },
  },
];
