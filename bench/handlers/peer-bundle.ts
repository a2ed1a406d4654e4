import { delimiter, join } from 'node:path';
import { type BuildFailure, build } from 'esbuild';
import type { Bundle } from '../bundles.ts';

/** Packages with `require` in them need one in an ES module. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

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
