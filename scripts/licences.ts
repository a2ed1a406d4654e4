import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { diet } from './bundle-diet.ts';

/** Licences that the bundles of operator and functions may hold: they ask for no more than their notice. (SPDX ids.) */
export const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'MIT',
]);

const root = fileURLToPath(new URL('..', import.meta.url));
const ENTRIES = ['src/operator.ts', 'handlers/pre-queue/index.ts', 'handlers/post-queue/index.ts'];

export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** As an SPDX expression; empty where the package says none. */
  readonly licence: string;
}

/** Folders of the packages of which a file is in a bundle. */
async function bundledFolders(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    bundle: true,
    write: false,
    outdir: 'out',
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: ['pino-pretty'],
    plugins: [...diet],
    metafile: true,
    logLevel: 'silent',
  });
  const folders = Object.keys(metafile.inputs).flatMap(
    (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
  );
  return [...new Set(folders)].sort();
}

/** Every package that is in the bundle of the operator or of a function, by its own package.json. */
export async function bundledPackages(): Promise<Licensed[]> {
  const folders = await bundledFolders();
  return folders.map((folder) => licensedAs(readFileSync(`${root}${folder}/package.json`, 'utf8')));
}

export function licensedAs(packageJson: string): Licensed {
  const { name = '', version = '', license = '' } = JSON.parse(packageJson);
  return { name, version, licence: typeof license === 'string' ? license : '' };
}

export const refused = (packages: readonly Licensed[]): Licensed[] =>
  packages.filter(({ licence }) => !ALLOWED.has(licence));

if (import.meta.main) {
  const all = await bundledPackages();
  for (const { name, version, licence } of all) console.log(`${licence}\t${name}\t${version}`);
  if (refused(all).length > 0) {
    console.error(
      `no allowed licence: ${refused(all)
        .map(({ name }) => name)
        .join(', ')}`,
    );
    process.exit(1);
  }
}
