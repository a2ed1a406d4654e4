import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kustomizeBase } from '../../../scripts/kustomize-base.ts';
import { SETTINGS } from '../../../src/config.ts';
import {
  CHART,
  complaint,
  folder,
  helm,
  objectsOf,
  one,
  podOf,
  REGION,
  render,
  template,
  type Values,
} from './helm.ts';

describe.skipIf(helm === '')('the chart, as Helm renders it', () => {
  test('passes helm lint', () => {
    execFileSync(helm, ['lint', '--strict', CHART, '--set', 'aws.region=eu-central-1'], { stdio: 'pipe' });
  });

  test.each<[string, Values]>([
    ['defaults', {}],
    ['namespaces', { operator: { watchNamespaces: ['a', 'b'] } }],
    [
      'everything',
      {
        aws: { region: 'eu-central-1', credentials: { secretName: 'keys' } },
        image: { repository: 'registry.example.com/nami', digest: `sha256:${'0'.repeat(64)}` },
        uninstall: { onLivePipelines: 'Refuse' },
        serviceAccount: {
          annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/nami' },
        },
        extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/company/ca.crt' }],
        extraVolumes: [{ name: 'company', configMap: { name: 'company-ca' } }],
        extraVolumeMounts: [{ name: 'company', mountPath: '/etc/company', readOnly: true }],
        podLabels: { team: 'platform' },
        podAnnotations: { note: 'x' },
        priorityClassName: 'system-cluster-critical',
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [{ operator: 'Exists' }],
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
        ],
      },
    ],
  ])('with %s it is as it was', async (name, values) => {
    await expect(template({ ...REGION, ...values })).toMatchFileSnapshot(`rendered/${name}.snap`);
  });

  test('the Kustomize base is what it renders', () => {
    expect(readFileSync('deploy/kustomize/operator.yaml', 'utf8')).toBe(kustomizeBase(helm));
  });

  test('every pod passes what Kubernetes calls restricted, and its root is read-only', () => {
    const objects = render({ uninstall: { onLivePipelines: 'Refuse' } });
    const pods = objects.flatMap(({ kind, spec }) =>
      kind === 'Pod' ? [spec] : kind === 'Deployment' || kind === 'Job' ? [spec.template.spec] : [],
    );
    expect(pods).toHaveLength(3);
    for (const pod of pods) {
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  test('a platform may give user and group, as OpenShift does', () => {
    const context = podOf(
      render({ podSecurityContext: { runAsUser: null, runAsGroup: null } }),
    ).securityContext;
    expect(context).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  });

  test('what lies outside of the release’s namespace is named after that', () => {
    const outside = render({
      operator: { watchNamespaces: ['a'] },
      uninstall: { onLivePipelines: 'Refuse' },
    }).filter(({ metadata }) => metadata.namespace !== 'nami-system');
    expect(outside.length).toBeGreaterThan(4);
    for (const { metadata } of outside) expect(metadata.name).toMatch(/^nami-system[:.]nami-nami-operator/);
  });

  test('rights on pipelines are the cluster’s, and those on Secrets, ConfigMaps and Events of the listed namespaces', () => {
    const objects = render({ operator: { watchNamespaces: ['a', 'b'] } });
    const resources = (kind: string, name: RegExp) =>
      objects
        .filter((object) => object.kind === kind && name.test(object.metadata.name))
        .flatMap(({ rules }) => rules.flatMap((rule: { resources: string[] }) => rule.resources));
    expect(resources('ClusterRole', /operator$/)).toEqual([
      'namespaces',
      'webhookpipelines',
      'webhookpipelines/status',
    ]);
    expect(new Set(resources('Role', /operator$/))).toEqual(new Set(['secrets', 'configmaps', 'events']));
    expect(
      objects
        .filter(({ kind, metadata }) => kind === 'RoleBinding' && !metadata.name.endsWith(':leader-election'))
        .map(({ metadata }) => metadata.namespace),
    ).toEqual(['a', 'b']);
  });

  test('it is a part of an umbrella chart, which may leave it out', () => {
    const umbrella = join(folder, 'umbrella');
    mkdirSync(join(umbrella, 'charts'), { recursive: true });
    cpSync(CHART, join(umbrella, 'charts/nami-operator'), { recursive: true });
    const dependencies = [{ name: 'nami-operator', version: '0.1.0', condition: 'nami-operator.enabled' }];
    writeFileSync(
      join(umbrella, 'Chart.yaml'),
      JSON.stringify({ apiVersion: 'v2', name: 'umbrella', version: '1.0.0', dependencies }),
    );
    const values = (enabled: boolean) => ({
      global: { imageRegistry: 'x' },
      'nami-operator': { ...REGION, enabled, global: { team: 'y' } },
    });
    expect(podOf(objectsOf(template(values(true), umbrella)))).toBeDefined();
    expect(objectsOf(template(values(false), umbrella))).toEqual([]);
  });

  test.each([
    'image',
    'operator',
    'serviceAccount',
    'resources',
    'podSecurityContext',
    'podDisruptionBudget',
    'rbac',
    'admission',
    'uninstall',
    'replicas',
  ])('without %s it still renders an operator', (name) => {
    const pod = podOf(render({ [name]: null }));
    expect(pod.containers[0].image).toBe('nami-operator:0.1.0');
    expect(pod.securityContext.runAsNonRoot).toBe(true);
  });

  test('the custom resource definition stays when the chart goes', () => {
    const [crd] = objectsOf(template({ aws: { region: 'eu-central-1' } })).filter(
      ({ kind }) => kind === 'CustomResourceDefinition',
    );
    expect(crd?.metadata).toMatchObject({ annotations: { 'helm.sh/resource-policy': 'keep' } });
  });

  test('"helm test" runs a pod as the operator is run, which the Deployment doesn’t count', () => {
    const objects = render({
      aws: { region: 'eu-central-1', credentials: { secretName: 'keys' } },
      extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy' }],
      extraVolumes: [{ name: 'company', configMap: { name: 'company-ca' } }],
      extraVolumeMounts: [{ name: 'company', mountPath: '/etc/company' }],
      operator: { allowed: { codeBuckets: ['modules'] } },
    });
    const { metadata, spec } = one(objects, 'Pod');
    expect(metadata).toMatchObject({ annotations: { 'helm.sh/hook': 'test' } });
    const operator = podOf(objects);
    for (const field of ['serviceAccountName', 'securityContext', 'volumes'])
      expect(spec[field]).toEqual(operator[field]);
    const [container, model] = [spec.containers[0], operator.containers[0]];
    for (const field of ['image', 'resources', 'volumeMounts'])
      expect(container[field]).toEqual(model[field]);
    expect(model.env).toEqual(expect.arrayContaining(container.env));
    const names = container.env.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'HTTPS_PROXY']));
    const counted = one(objects, 'Deployment').spec.selector.matchLabels;
    expect(metadata).not.toMatchObject({ labels: counted });
  });

  describe('the policies of admission', () => {
    const policies = (values: Values = {}) =>
      render(values).filter(({ kind }) => kind.startsWith('ValidatingAdmissionPolicy'));

    test('hold every limit of operator.allowed, by the names that the operator gives them', () => {
      const listed = { instanceTypes: ['t3.micro'], subnets: ['subnet-1'] };
      const [limits] = policies({ operator: { allowed: listed } });
      const messages = limits?.spec.validations.map(
        ({ messageExpression }: { messageExpression: string }) => messageExpression,
      );
      const settings = Object.values(SETTINGS.allowed);
      expect(messages).toHaveLength(settings.length);
      for (const { chartValue, variable } of settings) {
        expect(messages.join('\n')).toContain(`or have ${chartValue} (${variable}) changed`);
      }
    });

    test('let through what they can’t judge, and bind what they are about', () => {
      const [limits, givingUp, ...bindings] = policies({ operator: { watchNamespaces: ['a'] } });
      expect([limits?.spec.failurePolicy, givingUp?.spec.failurePolicy]).toEqual(['Ignore', 'Ignore']);
      expect(bindings.map(({ spec }) => spec)).toMatchObject(
        [limits, givingUp].map((policy) => ({
          policyName: policy?.metadata.name,
          validationActions: ['Deny'],
          matchResources: { namespaceSelector: { matchExpressions: [{ operator: 'In', values: ['a'] }] } },
        })),
      );
    });

    test('can be left out, or warn', () => {
      expect(policies({ admission: { enabled: false } })).toEqual([]);
      const warning = policies({ admission: { actions: ['Warn', 'Audit'] } });
      expect(warning.at(-1)?.spec).toMatchObject({ validationActions: ['Warn', 'Audit'] });
      expect(complaint({ admission: { actions: ['Deny', 'Warn'] } })).toMatch(/admission[./]actions/);
    });
  });

  test.each<[string, Values, RegExp]>([
    ['no region', { aws: null }, /set aws\.region to the region in which pipelines are built/],
    ['a value that is unknown', { regoin: 'eu-central-1' }, /regoin/],
    ['a setting that is unknown', { operator: { wokers: 4 } }, /wokers/],
    ['a region that is none', { aws: { region: 'Frankfurt' } }, /aws[./]region/],
    ['a namespace that is none', { operator: { watchNamespaces: ['Team A'] } }, /watchNamespaces/],
    ['root', { podSecurityContext: { runAsUser: 0 } }, /runAsUser/],
    ['a user who may be root', { podSecurityContext: { runAsNonRoot: false } }, /runAsNonRoot/],
    ['a digest that is none', { image: { digest: 'latest' } }, /digest/],
    ['an uninstall that is unknown', { uninstall: { onLivePipelines: 'Delete' } }, /onLivePipelines/],
    [
      'two operators that would work at once',
      { replicas: 2, operator: { leaderElection: { enabled: false } } },
      /replicas: more than one needs .* set replicas to 1/,
    ],
  ])('%s is refused in words', (_, values, words) => {
    const said = complaint(values);
    expect(said).toMatch(words);
    expect(said).not.toMatch(/nil pointer|can't evaluate|error calling (?!fail|required)/);
  });
});
