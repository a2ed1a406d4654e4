import { dirname, join } from 'node:path';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { helm, one, render } from './helm.ts';

/** The chart's objects for the Prometheus operator, held against that operator's own types: a field it doesn't know does nothing. */

const MODELS = { ServiceMonitor, PrometheusRule };
type Kind = keyof typeof MODELS;

/** What the types have against an object of a kind, written out as a literal: unknown fields, missing ones, wrong types. */
function complaints(kind: Kind, object: unknown): readonly string[] {
  const name = join(import.meta.dirname, 'literal.ts');
  const from = `@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/${kind}`;
  const text = `import type { I${kind} } from '${from}';\nexport const literal: I${kind} = ${JSON.stringify(object)};\n`;
  const options = {
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === name || fileExists(file);
  host.getSourceFile = (file, version) =>
    file === name ? ts.createSourceFile(file, text, version) : getSourceFile(file, version);
  host.getCurrentDirectory = () => dirname(name);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([name], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const AUTHENTICATED = { operator: { metrics: { authentication: true } } };
const MONITORED = {
  ...AUTHENTICATED,
  serviceMonitor: { enabled: true, interval: '30s', scrapeTimeout: '10s', labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true, alertLabels: { team: 'platform' } },
};

describe.skipIf(helm === '')('the Prometheus operator', () => {
  test.each(Object.keys(MODELS) as Kind[])('knows every field of the %s', (kind) => {
    const object = one(render(MONITORED), kind);
    expect(complaints(kind, object)).toEqual([]);
    expect(() => new MODELS[kind](object as never).validate()).not.toThrow();
  });

  test('knows every field of a ServiceMonitor with a token from a Secret', () => {
    const serviceMonitor = { enabled: true, token: { secretName: 'prometheus' } };
    const object = one(render({ ...AUTHENTICATED, serviceMonitor }), 'ServiceMonitor');
    expect(complaints('ServiceMonitor', object)).toEqual([]);
  });

  test('would not know others', () => {
    const { spec, ...monitor } = one(render(MONITORED), 'ServiceMonitor');
    const [endpoint] = spec.endpoints;
    const misspelt = { ...monitor, spec: { ...spec, endpoints: [{ ...endpoint, scrapeTimeOut: '10s' }] } };
    expect(complaints('ServiceMonitor', misspelt).join()).toContain('scrapeTimeOut');
  });
});
