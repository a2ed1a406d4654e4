import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { inCache } from '../../../local/tools/binaries.ts';

/** Helm itself, where an installation check has built it or somebody names one; else what needs it is skipped. */
export const helm = process.env.NAMI_HELM || inCache('helm') || '';
export const CHART = 'deploy/helm/nami-operator';
export const folder = mkdtempSync(join(tmpdir(), 'nami-chart-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export type Values = Readonly<Record<string, unknown>>;
export interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: whatever a template renders
  readonly [field: string]: any;
}

export function template(values: Values, chart = CHART): string {
  const file = join(folder, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  const args = ['template', 'nami', chart, '--namespace', 'nami-system', '--values', file];
  return execFileSync(helm, args, { encoding: 'utf8', stdio: 'pipe' });
}

/** Without the custom resource definition, which would fill most of a snapshot. */
export const REGION = { aws: { region: 'eu-central-1' }, crds: { enabled: false } };

export const objectsOf = (yaml: string): Rendered[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS())
    .filter((object) => object !== null);
export const render = (values: Values = {}) => objectsOf(template({ ...REGION, ...values }));
export const podOf = (objects: readonly Rendered[]) => {
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  return deployment?.spec.template.spec;
};

/** The one of its kind. */
export const one = (objects: readonly Rendered[], kind: string): Rendered => {
  const [found, ...more] = objects.filter((object) => object.kind === kind);
  if (found === undefined || more.length > 0) throw new Error(`not one ${kind}`);
  return found;
};

/** What Helm complains of. */
export function complaint(values: Values): string {
  try {
    template({ ...REGION, ...values });
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
  throw new Error('nothing was complained of');
}
