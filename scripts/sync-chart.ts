import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Copies `crds/` into the chart; with `--check` fails where the copy is not the same. */
const crds = new URL('../crds/', import.meta.url);
const files = new URL('../deploy/helm/nami-operator/files/', import.meta.url);
const names = readdirSync(crds);

if (process.argv.includes('--check')) {
  const isSame = (name: string) =>
    readFileSync(new URL(name, crds), 'utf8') === readFileSync(new URL(name, files), 'utf8');
  if (readdirSync(files).join() !== names.join() || !names.every(isSame)) {
    console.error('the copy of crds/ in the chart is stale: run "npm run generate" and commit the result');
    process.exit(1);
  }
} else {
  for (const name of names) writeFileSync(new URL(name, files), readFileSync(new URL(name, crds)));
}
