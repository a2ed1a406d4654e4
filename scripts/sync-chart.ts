import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Copies `crds/` to those that bring it along; with `--check` fails where a copy is not the same. */
const crds = new URL('../crds/', import.meta.url);
const copies = [
  new URL('../deploy/helm/nami-operator/files/', import.meta.url),
  new URL('../deploy/kustomize/crds/', import.meta.url),
];
const names = readdirSync(crds);

for (const copy of copies) {
  if (process.argv.includes('--check')) {
    const isSame = (name: string) =>
      readFileSync(new URL(name, crds), 'utf8') === readFileSync(new URL(name, copy), 'utf8');
    if (readdirSync(copy).join() !== names.join() || !names.every(isSame)) {
      console.error(
        `the copy of crds/ in ${copy.pathname} is stale: run "npm run generate" and commit the result`,
      );
      process.exit(1);
    }
  } else {
    for (const name of names) writeFileSync(new URL(name, copy), readFileSync(new URL(name, crds)));
  }
}
