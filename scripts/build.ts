import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { buildHandlers } from './build-handlers.ts';
import { diet } from './bundle-diet.ts';

export interface OperatorBundle {
  readonly path: string;
  readonly bytes: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * First of all in the bundle, so that it holds however the operator is started. V8's defaults spend memory on speed:
 * the space for young objects grows to 32 MB and shrinks late, and machine code is made of all that runs for a while,
 * the start of the bundle included; what is not used any more is looked for when there is as much of it as of the rest. An
 * operator waits for the network; this costs it twice the time where nothing but making and parsing JSON goes on, and saves
 * 47 MB with 500 pipelines.
 */
const V8_FLAGS = [
  '--semi-space-growth-factor=1',
  '--heap-growing-percent=10',
  '--optimize-for-size',
  '--no-sparkplug',
  '--no-turbofan',
];
const SET_V8_FLAGS = `for(const flag of ${JSON.stringify(V8_FLAGS)})process.getBuiltinModule('node:v8').setFlagsFromString(flag);`;

/** Some dependencies are CommonJS, and ask for their modules at run time. */
const REQUIRE = "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);";

/** All but the handlers of signals: Node would read it before it runs the first line of a file that holds both. */
const REST = 'operator-rest.mjs';

/**
 * Bundles the operator into `<directory>/operator.mjs` and a file beside it, which need nothing but Node. It looks for the
 * functions' code in `handlers` beside them.
 */
export async function buildOperator(directory: string = join(root, 'dist')): Promise<OperatorBundle> {
  const path = join(directory, 'operator.mjs');
  const bytes = await Promise.all([
    bundle('main.ts', path, SET_V8_FLAGS, [
      {
        name: 'rest',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\/operator\.ts$/ }, () => ({ path: `./${REST}`, external: true })),
      },
    ]),
    bundle('operator.ts', join(directory, REST), REQUIRE, diet),
  ]);
  return { path, bytes: bytes.reduce((sum, each) => sum + each) };
}

/** Bundles the check of the rights in AWS, which runs on its own, into `<directory>/check.mjs`. */
async function buildCheck(directory: string): Promise<OperatorBundle> {
  const path = join(directory, 'check.mjs');
  return { path, bytes: await bundle('check/main.ts', path, REQUIRE, diet) };
}

/** Answers how large it is. */
async function bundle(
  entry: string,
  outfile: string,
  first: string,
  plugins: readonly Plugin[],
): Promise<number> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join('src', entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    // Names stay: a stack trace in a log is to be read by someone.
    minifyIdentifiers: false,
    sourcemap: false,
    legalComments: 'none',
    // Loaded on a terminal alone, where it is installed: for those who work on the operator.
    external: ['pino-pretty'],
    banner: { js: first },
    plugins: [...plugins],
    metafile: true,
    logLevel: 'warning',
  });
  return Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
}

/** Builds all that the image holds: the operator, and beside it the functions' code and the check. */
export async function buildAll(directory: string = join(root, 'dist')) {
  const [operator, check, handlers] = await Promise.all([
    buildOperator(directory),
    buildCheck(directory),
    buildHandlers(join(directory, 'handlers')),
  ]);
  return [{ name: 'operator', ...operator }, { name: 'check', ...check }, ...handlers];
}

if (import.meta.main) {
  for (const { name, path, bytes } of await buildAll()) {
    console.log(`${name}: ${(bytes / 1024).toFixed(1)} KiB  ${relative(process.cwd(), path)}`);
  }
}
