import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

/** The modules of examples/own-code.yaml, by their keys in its ConfigMap. */
export function exampleModules(): Record<string, string> {
  const manifests = parseAllDocuments(readFileSync('examples/own-code.yaml', 'utf8')).map((each) =>
    each.toJS(),
  );
  const data: Record<string, string> = manifests.find(({ kind }) => kind === 'ConfigMap').data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => key.endsWith('.mjs')));
}
