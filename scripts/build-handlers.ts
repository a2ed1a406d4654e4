import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { lazyBuiltins } from './lazy-builtins.ts';
import { replace } from './replace-module.ts';

export interface HandlerBundle {
  readonly name: 'pre-queue' | 'post-queue';
  readonly path: string;
  readonly bytes: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the driver loads only if asked for, and nothing here asks for: absent, it says so itself. */
const UNUSED_BY_DRIVER = [
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'snappy',
  'socks',
];

/** The signer signs event streams and URLs too, which are no requests to SQS. */
const eventStreams = replace('event-streams', /signature-v4\/dist-es\/HeaderFormatter\.js$/, {
  HeaderFormatter: 'class',
});

const presigning = replace('presigning', /signature-v4\/dist-es\/moveHeadersToQuery\.js$/, {
  moveHeadersToQuery: 'function',
});

/** The signer copies a request before it changes the headers: ours is made for it alone, and has none of those that it makes. */
const copying = replace('copying', /signature-v4\/dist-es\/prepareRequest\.js$/, {
  prepareRequest: 'identity',
});

/** What its core library makes on loading, whoever loads it, and no signature needs. */
const unusedBySigner = [
  replace('uuid', /core\/dist-es\/submodules\/serde\/uuid\/v4\.js$/, { bindV4: 'function' }),
  replace('blob-adapter', /serde\/util-stream\/blob\/Uint8ArrayBlobAdapter\.js$/, {
    bindUint8ArrayBlobAdapter: 'class factory',
  }),
  ...['util-base64/toBase64', 'util-base64/fromBase64', 'util-utf8/toUtf8'].map((path) => {
    const id = path.slice(path.indexOf('/') + 1);
    return replace(id, new RegExp(`core/dist-es/submodules/serde/${path}\\.js$`), { [id]: 'function' });
  }),
];

/** The driver is CommonJS, and asks for what it has no need of at run time. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/**
 * Bundles each function into one ES module, `<directory>/<name>/index.mjs`. The same sources give the same bytes,
 * so that an unchanged function is never deployed anew.
 */
export async function buildHandlers(
  directory: string = join(root, 'dist', 'handlers'),
): Promise<readonly HandlerBundle[]> {
  return Promise.all([
    bundle('pre-queue', join(directory, 'pre-queue', 'index.mjs'), {}),
    bundle('post-queue', join(directory, 'post-queue', 'index.mjs'), { js: REQUIRE }),
  ]);
}

async function bundle(
  name: HandlerBundle['name'],
  path: string,
  banner: { js?: string },
): Promise<HandlerBundle> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join('handlers', name, 'index.ts')],
    outfile: path,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: false,
    legalComments: 'none',
    external: UNUSED_BY_DRIVER,
    banner,
    plugins: [lazyBuiltins(), eventStreams, presigning, copying, ...unusedBySigner],
    metafile: true,
    logLevel: 'warning',
  });
  const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  return { name, path, bytes };
}

if (import.meta.main) {
  for (const { name, path, bytes } of await buildHandlers()) {
    console.log(`${name}: ${(bytes / 1024).toFixed(1)} KiB  ${relative(process.cwd(), path)}`);
  }
}
