import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments, stringify } from 'yaml';
import { inCache } from '../local/tools/binaries.ts';

/** Writes the Kustomize base from what Helm renders of the chart. */

const root = fileURLToPath(new URL('..', import.meta.url));

/** The operator's objects with the chart's defaults, in the namespace nami-system. */
export function kustomizeBase(helm: string): string {
  const args = [
    'template',
    'nami-operator',
    'deploy/helm/nami-operator',
    '--namespace',
    'nami-system',
    '--skip-tests',
  ];
  // A region must be set to render; which, an overlay says.
  // An overlay may set NAMI_ALLOWED_… otherwise, which a policy that is made of the values would not follow.
  const values = ['aws.region=xx-none-1', 'crds.enabled=false', 'admission.enabled=false'];
  const settings = values.flatMap((value) => ['--set', value]);
  const rendered = execFileSync(helm, [...args, ...settings], { cwd: root, encoding: 'utf8' });
  const objects = parseAllDocuments(rendered)
    .map((document) => document.toJS())
    .filter((object) => object !== null)
    .map(withoutHelm);
  return `# Written by "npm run generate:kustomize" from the chart.\n${objects.map((object) => stringify(object)).join('---\n')}`.replace(
    'value: xx-none-1',
    'value: ""',
  );
}

/** Without the labels that name Helm as who manages an object. */
function withoutHelm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHelm);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'helm.sh/chart' && name !== 'app.kubernetes.io/managed-by')
      .map(([name, inner]) => [name, withoutHelm(inner)]),
  );
}

if (import.meta.main) {
  const helm = process.env.NAMI_HELM || inCache('helm');
  if (helm === undefined) {
    console.error(
      'helm is not there: name one in NAMI_HELM, or run "npm run install:check", which builds it',
    );
    process.exit(1);
  }
  writeFileSync(new URL('../deploy/kustomize/operator.yaml', import.meta.url), kustomizeBase(helm));
}
