import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBinaries } from '../../local/tools/binaries.ts';
import { ApiServer } from './api-server.ts';
import { isObtainable } from './obtainable.ts';

const CHART = 'deploy/helm/nami-operator';
const isHelmThere = Boolean(process.env.NAMI_HELM) || (await isObtainable('helm'));

describe.skipIf(!isHelmThere)(
  'the chart, given to a real API server (by Helm, which takes Go to build)',
  () => {
    let server: ApiServer;
    let command: string;

    beforeAll(async () => {
      server = await ApiServer.start();
      command = process.env.NAMI_HELM || (await findBinaries(['helm'], server.processes, () => {})).helm;
    });
    afterAll(() => server?.stop());

    function helm(args: readonly string[], values: object = {}): Promise<{ code: number; output: string }> {
      const file = join(server.folder, 'values.json');
      writeFileSync(file, JSON.stringify({ aws: { region: 'eu-central-1' }, ...values }));
      const rendering = ['install', 'upgrade'].includes(args[0] ?? '') ? ['--values', file] : [];
      const env = { ...process.env, KUBECONFIG: server.kubeconfig, HOME: server.folder };
      return new Promise((resolve) =>
        execFile(
          command,
          [...args, ...rendering, '--namespace', 'nami-system'],
          { env, timeout: 120_000 },
          (error, stdout, stderr) =>
            resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
        ),
      );
    }
    const INSTALL = ['install', 'nami', CHART, '--create-namespace'];

    test('does not take a definition that kubectl made, until it is told to', async () => {
      const refused = await helm(INSTALL);
      expect(refused.code).toBe(1);
      expect(refused.output).toMatch(/webhookpipelines\.nami\.dev.*invalid ownership metadata/s);
      const installed = await helm([...INSTALL, '--take-ownership']);
      expect(installed.output).toContain('STATUS: deployed');
    });

    test('says what comes next, and what is missing', async () => {
      const { output } = await helm(['get', 'notes', 'nami']);
      expect(output).toContain('starts in the namespace nami-system and builds in eu-central-1 by default');
      for (const next of [
        'kubectl --namespace nami-system rollout status deployment/nami-nami-operator',
        'kubectl get webhookpipelines --all-namespaces --watch',
        'helm test nami --namespace nami-system --logs',
        'kubectl delete webhookpipelines --all --all-namespaces',
      ])
        expect(output).toContain(next);
      expect(output).toContain("without EKS Pod Identity it has its node's rights");

      const keys = { aws: { region: 'eu-central-1', credentials: { secretName: 'keys' } } };
      const narrow = {
        ...keys,
        operator: { watchNamespaces: ['default', 'absent'] },
        crds: { enabled: false },
      };
      const upgraded = await helm(['upgrade', 'nami', CHART, '--dry-run=server'], narrow);
      expect(upgraded.output).not.toContain('has no annotation');
      expect(upgraded.output).toContain('The namespace absent is not there');
      expect(upgraded.output).not.toContain('The namespace default is not there');
      expect(upgraded.output).toContain('The custom resource definition is left to others');
    });

    test('makes nothing that the API server would not have, whatever is asked for', async () => {
      const everything = {
        replicas: 2,
        networkPolicy: { enabled: true, metricsFrom: [{ namespaceSelector: {} }] },
        dashboard: { enabled: true },
        operator: { metrics: { authentication: true }, watchNamespaces: ['default'] },
        uninstall: { onLivePipelines: 'Refuse' },
      };
      const upgraded = await helm(['upgrade', 'nami', CHART], everything);
      expect(upgraded).toMatchObject({ code: 0, output: expect.not.stringContaining('Warning') });
      const kinds = 'deployment,poddisruptionbudget,networkpolicy,configmap,role,rolebinding';
      const made = await server.kubectl(['-n', 'nami-system', 'get', kinds, '-o', 'name']);
      for (const name of [
        'deployment.apps/nami-nami-operator',
        'poddisruptionbudget.policy/nami-nami-operator',
        'networkpolicy.networking.k8s.io/nami-nami-operator',
        'configmap/nami-nami-operator-dashboard',
      ])
        expect(made).toContain(name);
      const policies = await server.kubectl(['get', 'validatingadmissionpolicybinding', '-o', 'name']);
      expect(policies).toContain('nami-system.nami-nami-operator.limits');
    });

    test('goes back, and away, and leaves the definition', async () => {
      expect(await helm(['rollback', 'nami', '1'])).toMatchObject({ code: 0 });
      const gone = await server.run(['-n', 'nami-system', 'get', 'networkpolicy', 'nami-nami-operator']);
      expect(gone.output).toContain('not found');
      expect(await helm(['uninstall', 'nami'])).toMatchObject({ code: 0 });
      expect(await server.kubectl(['get', 'crd', 'webhookpipelines.nami.dev', '-o', 'name'])).toContain(
        'webhookpipelines.nami.dev',
      );
      const left = ['get', 'clusterrole,clusterrolebinding,validatingadmissionpolicy', '-o', 'name'];
      expect(await server.kubectl(left)).not.toContain('nami');
    });
  },
);
