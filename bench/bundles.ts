import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { buildHandlers } from '../scripts/build-handlers.ts';
import { lazyBuiltins } from '../scripts/lazy-builtins.ts';

export interface Bundle {
  readonly path: string;
  readonly bytes: number;
}

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
 * A script as plain JavaScript, loading as little as it can: to strip types costs a process more CPU
 * than a cold start.
 */
export async function compiledScript(script: string, folder: string): Promise<string> {
  const outfile = join(folder, basename(script).replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [script],
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
