import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { APPLICATION, application } from './application.ts';
import { type Archive, archiveOf } from './archive.ts';
import { type Entry, layerOf } from './layer.ts';
import { linkedFiles } from './linked-files.ts';

/**
 * Writes the operator's image from nothing but files of this machine: the pinned Node.js, what it links to, and the
 * bundle. It needs neither a container engine nor a registry; the same files give the same digest.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** As the Dockerfile has it. */
const USER = '65532:65532';
const NODE = 'usr/local/bin/node';

/** The architectures that images have, by Node.js's names of them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * What keeps the operator's memory small, wherever it runs. One heap for all threads: glibc gives each its own and returns
 * little of it; what is as large as the pieces in which V8 parses stands beside that heap, and goes back to the system.
 * (mallopt(3): M_ARENA_MAX, M_MMAP_THRESHOLD.) V8 takes all that it may have before it looks for what is not used any more: it may have half of the
 * memory's limit, and its young generation two megabytes.
 */
export const MEMORY = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '16384',
  NODE_OPTIONS: '--max-old-space-size-percentage=50 --max-semi-space-size=2',
} as const;

export interface BuiltImage extends Archive {
  readonly reference: string;
  readonly architecture: string;
}

export async function buildImage(reference = `nami-operator:${version}`): Promise<BuiltImage> {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined)
    throw new Error(`there is no image for ${process.arch}: x64 and arm64 alone`);
  const { tar, digest } = await archiveOf({
    reference,
    architecture,
    // What changes seldom comes first, so that an upgrade fetches the second alone.
    layers: [await layerOf(await runtime()), await layerOf(await application())],
    config: {
      User: USER,
      WorkingDir: `/${APPLICATION}`,
      Env: ['PATH=/usr/local/bin', ...Object.entries(MEMORY).map(([name, value]) => `${name}=${value}`)],
      Entrypoint: [`/${NODE}`, `/${APPLICATION}/operator.mjs`],
      Labels: {
        'org.opencontainers.image.title': 'Nami operator',
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.licenses': 'Apache-2.0',
      },
    },
  });
  return { reference, architecture, tar, digest };
}

/** Node.js brings Mozilla's list of authorities with it: the certificates of this machine are no part of the image. */
async function runtime(): Promise<Entry[]> {
  const node = join(root, 'node_modules/node/bin/node');
  const libraries = await linkedFiles(node);
  return [
    { path: NODE, bytes: readFileSync(node), isExecutable: true },
    ...libraries.map((path) => ({ path: path.slice(1), bytes: readFileSync(path), isExecutable: true })),
    { path: 'etc/passwd', bytes: Buffer.from('nami:x:65532:65532:nami:/:/sbin/nologin\n') },
    { path: 'etc/group', bytes: Buffer.from('nami:x:65532:\n') },
  ];
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { reference: { type: 'string' }, output: { type: 'string' } } });
  const { reference, architecture, tar, digest } = await buildImage(values.reference);
  const name = `${basename(reference).replace(':', '-')}-${architecture}.tar`;
  const output = values.output ?? join(root, '.nami/image', name);
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, tar);
  console.log(`${reference} ${digest}`);
  console.log(`${(tar.length / 1024 / 1024).toFixed(1)} MiB  ${relative(process.cwd(), output)}`);
}
