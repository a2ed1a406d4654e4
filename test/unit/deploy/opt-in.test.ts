import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { complaint, helm, one, REGION, render, template, type Values } from './helm.ts';

const MONITORING = 'deploy/helm/nami-operator/monitoring';
const on = { enabled: true };

describe.skipIf(helm === '')('what the chart makes on request', () => {
  test.each<[string, Values]>([
    [
      'network-policy',
      {
        networkPolicy: {
          enabled: true,
          metricsFrom: [{ namespaceSelector: { matchLabels: { team: 'monitoring' } } }],
          apiServer: { to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports: [6443] },
          aws: { to: [{ ipBlock: { cidr: '10.1.0.0/24' } }] },
          podIdentity: false,
          extraEgress: [{ to: [{ ipBlock: { cidr: '10.2.0.0/16' } }], ports: [{ port: 3128 }] }],
        },
      },
    ],
    [
      'monitoring',
      {
        operator: { metrics: { authentication: true } },
        serviceMonitor: {
          enabled: true,
          labels: { release: 'prometheus' },
          interval: '30s',
          scrapeTimeout: '10s',
        },
        prometheusRule: {
          enabled: true,
          labels: { release: 'prometheus' },
          alertLabels: { team: 'platform' },
          runbookBase: 'https://example.com/nami/',
        },
      },
    ],
  ])('with %s it is as it was', async (name, values) => {
    const shown = { ...REGION, admission: { enabled: false }, ...values };
    await expect(template(shown)).toMatchFileSnapshot(`rendered/${name}.snap`);
  });

  test('is not there by default', () => {
    const kinds = new Set(render().map(({ kind }) => kind));
    for (const kind of ['NetworkPolicy', 'Service', 'ServiceMonitor', 'PrometheusRule', 'ConfigMap'])
      expect([...kinds]).not.toContain(kind);
  });

  describe('the NetworkPolicy', () => {
    const specOf = (networkPolicy: object) =>
      one(render({ networkPolicy: { ...on, ...networkPolicy } }), 'NetworkPolicy').spec;
    const portsOf = (rules: { ports: { port: number | string }[] }[]) =>
      rules.flatMap(({ ports }) => ports.map(({ port }) => port));

    test('is about the operator’s pods and the test of its rights alone', () => {
      const objects = render({ networkPolicy: on });
      const { matchLabels, matchExpressions } = one(objects, 'NetworkPolicy').spec.podSelector;
      const labels = [one(objects, 'Deployment').spec.template, one(objects, 'Pod')].map(
        ({ metadata }) => metadata.labels,
      );
      for (const label of labels) expect(label).toMatchObject(matchLabels);
      const names = labels.map((label) => label['app.kubernetes.io/name']);
      expect(matchExpressions).toEqual([{ key: 'app.kubernetes.io/name', operator: 'In', values: names }]);
    });

    test('lets nobody in by default, and out to DNS, the API server, AWS and Pod Identity alone', () => {
      const { ingress, egress, policyTypes } = specOf({});
      expect(policyTypes).toEqual(['Ingress', 'Egress']);
      expect(ingress).toEqual([]);
      expect(portsOf(egress)).toEqual([53, 53, 443, 6443, 443, 80]);
      // Where instance metadata is, which has the rights of the node.
      expect(JSON.stringify(egress)).not.toContain('169.254.169.254');
      for (const { to, ports } of egress) if (ports[0].port === 80) expect(to).toHaveLength(2);
    });

    test('lets chosen peers to the port of the metrics', () => {
      const peers = [{ podSelector: { matchLabels: { app: 'prometheus' } } }];
      expect(specOf({ metricsFrom: peers }).ingress).toEqual([
        { from: peers, ports: [{ port: 'http', protocol: 'TCP' }] },
      ]);
    });

    test('bounds each way out as it is told', () => {
      const peer = (cidr: string) => [{ ipBlock: { cidr } }];
      const { egress } = specOf({
        dns: { to: peer('10.0.0.53/32'), ports: [5353] },
        apiServer: { to: peer('10.0.0.1/32'), ports: [16443] },
        aws: { to: peer('10.0.1.0/24') },
        podIdentity: false,
        extraEgress: [{ to: peer('10.0.2.0/24') }],
      });
      expect(egress).toMatchObject([
        { to: peer('10.0.0.53/32'), ports: [{ port: 5353 }, { port: 5353 }] },
        { to: peer('10.0.0.1/32'), ports: [{ port: 16443 }] },
        { to: peer('10.0.1.0/24'), ports: [{ port: 443 }] },
        { to: peer('10.0.2.0/24') },
      ]);
    });
  });

  describe('the ServiceMonitor', () => {
    test('finds the Service, which leads to the port of every pod', () => {
      const objects = render({ serviceMonitor: on, replicas: 2 });
      const [deployment, service, monitor] = ['Deployment', 'Service', 'ServiceMonitor'].map((kind) =>
        one(objects, kind),
      );
      expect(monitor?.spec.selector.matchLabels).toEqual(deployment?.spec.selector.matchLabels);
      expect(service?.metadata).toMatchObject({ labels: monitor?.spec.selector.matchLabels });
      expect(service?.spec.selector).toEqual(deployment?.spec.selector.matchLabels);
      const [port] = service?.spec.ports ?? [];
      expect(port.name).toBe(monitor?.spec.endpoints[0].port);
      const container = deployment?.spec.template.spec.containers[0];
      expect(container.ports).toContainEqual({ name: port.targetPort, containerPort: port.port });
    });

    const endpointOf = (values: Values) =>
      one(render({ serviceMonitor: on, ...values }), 'ServiceMonitor').spec.endpoints[0];

    test('keeps the labels of pipelines, and names the job as alerts and dashboard do', () => {
      expect(endpointOf({})).toEqual({
        port: 'http',
        path: '/metrics',
        honorLabels: true,
        relabelings: [{ targetLabel: 'job', replacement: 'nami-operator' }],
      });
    });

    test('shows a token where the operator wants one: Prometheus’ own, or that of a Secret', () => {
      const operator = { metrics: { authentication: true } };
      expect(endpointOf({ operator }).bearerTokenFile).toBe(
        '/var/run/secrets/kubernetes.io/serviceaccount/token',
      );
      const serviceMonitor = { ...on, token: { secretName: 'reader', key: 'jwt' } };
      const { bearerTokenFile, authorization } = endpointOf({ operator, serviceMonitor });
      expect(bearerTokenFile).toBeUndefined();
      expect(authorization).toEqual({ type: 'Bearer', credentials: { name: 'reader', key: 'jwt' } });
    });

    test('has a role beside it that lets a reader read, where one has to show a token', () => {
      const roles = (values: Values) =>
        render(values).filter(({ metadata }) => metadata.name.endsWith(':metrics-reader'));
      expect(roles({})).toEqual([]);
      expect(roles({ operator: { metrics: { authentication: true } } })).toMatchObject([
        { kind: 'ClusterRole', rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }] },
      ]);
    });

    test('is refused where nothing is told', () => {
      const said = complaint({ serviceMonitor: on, operator: { metrics: { enabled: false } } });
      expect(said).toMatch(/nothing to scrape, for operator\.metrics\.enabled is false: set it to true/);
    });
  });

  test('the PrometheusRule holds the alerts of the file', () => {
    const { groups } = parse(readFileSync(`${MONITORING}/alerts.yaml`, 'utf8'));
    expect(one(render({ prometheusRule: on }), 'PrometheusRule').spec.groups).toEqual(groups);
  });

  test('the PrometheusRule leaves out alerts, adds labels, and leads to where the docs are', () => {
    const prometheusRule = {
      ...on,
      without: ['NamiAWSThrottled'],
      alertLabels: { team: 'platform', severity: 'page' },
      runbookBase: 'https://example.com/nami/',
    };
    const rules = one(render({ prometheusRule }), 'PrometheusRule').spec.groups.flatMap(
      (group: { rules: object[] }) => group.rules,
    );
    expect(rules.length).toBeGreaterThan(10);
    for (const { alert, labels, annotations } of rules) {
      expect(alert).not.toBe('NamiAWSThrottled');
      expect(labels).toEqual({ team: 'platform', severity: 'page' });
      expect(annotations.runbook_url).toMatch(/^https:\/\/example\.com\/nami\/docs\/alerts\.md#/);
    }
  });

  test('the dashboard is the file, under the label that Grafana’s sidecar looks for', () => {
    const { metadata, data } = one(
      render({ dashboard: { ...on, namespace: 'grafana', annotations: { grafana_folder: 'Nami' } } }),
      'ConfigMap',
    );
    expect(metadata).toMatchObject({
      namespace: 'grafana',
      labels: { grafana_dashboard: '1' },
      annotations: { grafana_folder: 'Nami' },
    });
    const file = JSON.parse(readFileSync(`${MONITORING}/dashboard.json`, 'utf8'));
    expect(JSON.parse(data['nami-operator.json'])).toEqual(file);
  });

  test('without their values there is none of them, as after "helm upgrade --reuse-values"', () => {
    const absent = { networkPolicy: null, serviceMonitor: null, prometheusRule: null, dashboard: null };
    expect(render(absent)).toEqual(render());
  });

  test.each<[string, Values, RegExp]>([
    ['a port that is none', { networkPolicy: { apiServer: { ports: [0] } } }, /ports/],
    ['a peer that is none', { networkPolicy: { metricsFrom: ['monitoring'] } }, /metricsFrom/],
    ['an interval that is none', { serviceMonitor: { interval: '30' } }, /interval/],
    ['a setting that is unknown', { prometheusRule: { disabled: [] } }, /disabled/],
    ['docs that are no folder', { prometheusRule: { runbookBase: 'https://example.com' } }, /runbookBase/],
    ['a namespace that is none', { dashboard: { namespace: 'My Team' } }, /namespace/],
  ])('%s is refused in words', (_, values, words) => expect(complaint(values)).toMatch(words));
});
