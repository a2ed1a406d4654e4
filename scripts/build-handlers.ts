import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import type { BundleId } from '../handlers/contract.ts';
import { lazyBuiltins } from './lazy-builtins.ts';
import { replace, rewrite } from './replace-module.ts';

export interface HandlerBundle {
  readonly name: BundleId;
  readonly path: string;
  readonly bytes: number;
}

/** What a source needs that asks its sender for certificates, and a function for any other does not. */
const withoutCertified = [
  replace('certified-sources', /handlers\/sources\/certified\.ts$/, { CERTIFIED_SOURCES: 'nothing' }),
  replace('sender-calls', /handlers\/pre-queue\/sender-calls\.ts$/, { senderCalls: 'nothing' }),
];

/** All other sources, for a function whose source does. */
const withoutOthers = [
  replace('other-sources', /handlers\/sources\/other-sources\.ts$/, {
    OTHER_SOURCES: 'nothing',
    describedSource: 'nothing',
  }),
];

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

/** The driver tells the server its version, and has the rest of its package.json beside it. */
const driverVersion = rewrite('driver-version', /node_modules\/mongodb\/package\.json$/, (source) => {
  const { version } = JSON.parse(source) as { readonly version: string };
  return `module.exports = ${JSON.stringify({ version })};`;
});

/** What the signer's part for event streams makes on loading. */
const eventStreams = replace('event-streams', /signature-v4\/dist-es\/HeaderFormatter\.js$/, {
  HeaderFormatter: 'class',
});

/** The signer signs URLs, event streams and texts too, which are no requests to SQS: from which of its methods to which. */
const UNUSED_METHODS = [
  ['async presign(', 'async sign('],
  ['async signEvent(', 'async signRequest('],
] as const;

const requestsAlone = rewrite('requests-alone', /signature-v4\/dist-es\/SignatureV4\.js$/, (source, path) => {
  let rest = source;
  for (const [from, to] of UNUSED_METHODS) {
    const [start, end] = [rest.indexOf(from), rest.indexOf(to)];
    if (start < 0 || end < start) throw new Error(`${path} is another than is known: it has no ${from}`);
    rest = rest.slice(0, start) + rest.slice(end);
  }
  return rest;
});

/** The signer copies a request before it changes the headers: ours is made for it alone, and has none of those that it makes. */
const copying = replace('copying', /signature-v4\/dist-es\/prepareRequest\.js$/, {
  prepareRequest: 'identity',
});

/** Of a request to SQS the query is empty, whoever signs it. */
const query = replace('query', /signature-v4\/dist-es\/getCanonicalQuery\.js$/, {
  getCanonicalQuery: 'empty text',
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
    bundle('pre-queue', 'pre-queue', directory, { plugins: withoutCertified }),
    bundle('pre-queue-certified', 'pre-queue', directory, { plugins: withoutOthers }),
    bundle('post-queue', 'post-queue', directory, {
      plugins: [...withoutCertified, driverVersion],
      banner: { js: REQUIRE },
    }),
  ]);
}

async function bundle(
  name: BundleId,
  entry: 'pre-queue' | 'post-queue',
  directory: string,
  { plugins = [], banner = {} }: Pick<BuildOptions, 'plugins' | 'banner'>,
): Promise<HandlerBundle> {
  const path = join(directory, name, 'index.mjs');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join('handlers', entry, 'index.ts')],
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
    plugins: [lazyBuiltins(), eventStreams, requestsAlone, copying, query, ...unusedBySigner, ...plugins],
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
