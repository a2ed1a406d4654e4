import { delimiter, join } from 'node:path';
import { type BuildFailure, build } from 'esbuild';
import { buildHandlers } from '../../scripts/build-handlers.ts';
import { lazyBuiltins } from '../../scripts/lazy-builtins.ts';

export interface Bundle {
  readonly path: string;
  readonly bytes: number;
}

/** Packages with `require` in them need one in an ES module. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** The two functions as they are deployed. */
export async function ownBundles(folder: string): Promise<{ preQueue: Bundle; postQueue: Bundle }> {
  const bundles = await buildHandlers(join(folder, 'ours'));
  const named = (wanted: string) => {
    const bundle = bundles.find(({ name }) => name === wanted);
    if (bundle === undefined) throw new TypeError(`no bundle ${wanted}`);
    return bundle;
  };
  return { preQueue: named('pre-queue'), postQueue: named('post-queue') };
}

/**
 * A script of this folder as plain JavaScript, loading as little as it can: to strip types costs a process more CPU
 * than a cold start.
 */
export async function compiledScript(file: string, folder: string): Promise<string> {
  const outfile = join(folder, file.replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [join(import.meta.dirname, file)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    plugins: [lazyBuiltins()],
    logLevel: 'warning',
  });
  return outfile;
}

/** A peer, bundled and minified by esbuild with its defaults; undefined if a package of it isn't installed. */
export async function peerBundle(file: string, folder: string): Promise<Bundle | undefined> {
  const path = join(folder, 'peers', file.replace(/\.\w+$/, ''), 'index.mjs');
  const result = await build({
    entryPoints: [join(import.meta.dirname, 'peers', file)],
    outfile: path,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: [
      'kerberos',
      'snappy',
      'socks',
      'gcp-metadata',
      'mongodb-client-encryption',
      '@mongodb-js/zstd',
    ],
    banner: { js: REQUIRE },
    nodePaths: process.env.NODE_PATH?.split(delimiter) ?? [],
    metafile: true,
    logLevel: 'silent',
  }).catch((error: BuildFailure) => {
    if (error.errors?.some(({ text }) => text.startsWith('Could not resolve "@middy/'))) return undefined;
    throw error;
  });
  if (result === undefined) return undefined;
  return { path, bytes: Object.values(result.metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0) };
}
