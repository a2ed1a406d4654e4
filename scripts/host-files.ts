import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Writes the module by which the plan, which reads no files, knows those of the host; with `--check` fails where it is another. */

const FOLDER = fileURLToPath(new URL('../deploy/host-image/', import.meta.url));
const MODULE = fileURLToPath(new URL('../src/plan/host-files.ts', import.meta.url));

const pathOf = (name: string) =>
  name.endsWith('.sh') ? `/usr/local/lib/nami/${name}` : `/etc/systemd/system/${name}`;

/** EC2 takes 16 KB: what is there for those who work on the files stays here. */
const withoutComments = (text: string) => text.replaceAll(/^[ \t]*#(?!!).*\n/gm, '');

const files = globSync('*.{sh,service,timer}', { cwd: FOLDER })
  .sort()
  .map((name) => [pathOf(name), withoutComments(readFileSync(`${FOLDER}${name}`, 'utf8'))]);

const text = `// Generated from deploy/host-image by "npm run generate". Do not edit.
/** Paths on the host and what is in the files there. */
export const HOST_FILES: Readonly<Record<string, string>> = ${JSON.stringify(Object.fromEntries(files), undefined, 2)};
`;

if (process.argv.includes('--check')) {
  if (readFileSync(MODULE, 'utf8') !== text) {
    console.error(`${MODULE} is stale: run "npm run generate" and commit the result`);
    process.exit(1);
  }
} else {
  writeFileSync(MODULE, text);
}
