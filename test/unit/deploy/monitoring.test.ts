import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONDITION_TYPES } from '../../../src/api/v1alpha1.ts';
import { ACCESS_DENIED } from '../../../src/aws/account/error-codes.ts';
import { METRICS } from '../../../src/metrics/definitions.ts';
import { readPromQL } from './promql.ts';

const folder = 'deploy/helm/nami-operator/monitoring';
const read = (path: string) => readFileSync(path, 'utf8');

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const { groups } = parse(read(`${folder}/alerts.yaml`)) as { groups: { name: string; rules: Alert[] }[] };
const alerts = groups.flatMap(({ rules }) => rules);

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
interface Variable {
  readonly name: string;
  readonly query: string | { readonly query: string };
}
const dashboard = JSON.parse(read(`${folder}/dashboard.json`)) as {
  panels: Panel[];
  templating: { list: Variable[] };
};
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const targets = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

/** Grafana puts a duration or a pattern in the place of a variable. */
const withoutVariables = (expression: string) =>
  expression.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*');
/** The labels that a text puts in. */
const labelsIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, label]) => label);

describe.each(alerts)('the alert $alert', ({ alert, expr, labels, annotations, ...rule }) => {
  const reading = readPromQL(expr);

  test('asks for what the operator tells, and for its series alone', () => {
    expect(reading.wrong).toEqual([]);
    expect(reading.metrics.size).toBeGreaterThan(0);
    const selected = reading.matchers.filter(
      ({ label, value }) => label === 'job' && value === 'nami-operator',
    );
    expect(new Set(selected.map(({ metric }) => metric))).toEqual(reading.metrics);
  });

  test('says how bad it is, what is the case, and where it stands what to do', () => {
    expect(labels.severity).toMatch(/^(critical|warning)$/);
    expect(annotations.summary).toMatch(/^[A-Z].{10,60}[^.]$/);
    expect(annotations.description).toMatch(/\.$/);
    const [page = '', anchor] = (annotations.runbook_url ?? '').split('#');
    const headings = labelsIn(read(page), /^### (.*)$/gm).map((heading) => heading?.toLowerCase());
    expect(headings).toContain(anchor);
    expect(anchor).toBe(alert.toLowerCase());
  });

  test('names no label that its answer has not, and waits until it is sure', () => {
    const named = labelsIn(annotations.description ?? '', /\$labels\.(\w+)/g);
    for (const label of named) expect([...reading.labels]).toContain(label);
    // One that looks back over a time has waited by that.
    expect(rule.for ?? /\[(1h)\]/.exec(expr)?.[1]).toMatch(/^\d+[mh]$/);
  });
});

test('alerts have names of their own, and the page about them no others', () => {
  const names = alerts.map(({ alert }) => alert);
  expect(new Set(names).size).toBe(names.length);
  expect(labelsIn(read('docs/alerts.md'), /^### (.*)$/gm)).toEqual(names);
});

test('what stands for a denial is every code by which AWS denies', () => {
  const { matchers } = readPromQL(alerts.find(({ alert }) => alert === 'NamiAWSDenied')?.expr ?? '');
  const pattern = matchers.find(({ label }) => label === 'code')?.value.replaceAll('\\\\', '\\');
  const codes = Object.values(ACCESS_DENIED).flat();
  expect(codes.length).toBeGreaterThan(3);
  for (const code of codes) expect(code).toMatch(new RegExp(`^(${pattern})$`));
});

describe('the dashboard', () => {
  test.each(targets)('$title: $expr', ({ expr, legendFormat }) => {
    const { wrong, labels, matchers } = readPromQL(withoutVariables(expr));
    expect(wrong).toEqual([]);
    expect(matchers).toContainEqual(expect.objectContaining({ label: 'job', value: 'nami-operator' }));
    for (const label of labelsIn(legendFormat, /\{\{(\w+)\}\}/g)) expect([...labels]).toContain(label);
  });

  test('offers only values that series have', () => {
    const { list } = dashboard.templating;
    const queries = list.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query]));
    expect(queries).toHaveLength(2);
    for (const query of queries) {
      const [, expression = '', label] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
      const { wrong, labels } = readPromQL(withoutVariables(expression));
      expect(wrong).toEqual([]);
      expect([...labels]).toContain(label);
    }
  });

  test('uses each of its variables, and no other', () => {
    const used = new Set(
      labelsIn(JSON.stringify(dashboard), /\$\{?(\w+)/g).filter((name) => !name?.startsWith('__')),
    );
    expect([...used].sort()).toEqual(dashboard.templating.list.map(({ name }) => name).sort());
  });

  test('explains each panel, and has room for it', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const taken = new Set<string>();
    for (const { title, description, gridPos } of panels) {
      expect(description, title).toMatch(/\.$/);
      const { x, y, w, h } = gridPos;
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column += 1) {
        for (let line = y; line < y + h; line += 1) {
          expect(taken.has(`${column} ${line}`), title).toBe(false);
          taken.add(`${column} ${line}`);
        }
      }
    }
  });
});

test('alerts and dashboard know the conditions that there are', () => {
  const expressions = [
    ...alerts.map(({ expr }) => expr),
    ...targets.map(({ expr }) => withoutVariables(expr)),
  ];
  const matchers = expressions.flatMap((expression) => [...readPromQL(expression).matchers]);
  const conditions = matchers.filter(({ label }) => label === 'condition').map(({ value }) => value);
  expect(conditions.length).toBeGreaterThan(1);
  for (const condition of conditions) expect(CONDITION_TYPES).toContain(condition);
});

test('what pipelines and AWS tell is shown or watched', () => {
  const expressions = [
    ...alerts.map(({ expr }) => expr),
    ...targets.map(({ expr }) => withoutVariables(expr)),
  ];
  const asked = new Set(expressions.flatMap((expression) => [...readPromQL(expression).metrics]));
  const told = Object.keys(METRICS).filter((name) => /^nami_(pipeline|aws)/.test(name));
  const missing = told.filter((name) => !asked.has(name) && !asked.has(`${name}_bucket`));
  expect(missing).toEqual([]);
});
