import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { album } from '../simulation/sweep/life.ts';
import { ALBUM } from './known-album.ts';
import type { Mutation } from './mutation.ts';
import { MUTATIONS } from './mutations/index.ts';

/** Puts each mutation into a copy of the project, and runs there what must find it. */

const run = promisify(execFile);

export interface Caught {
  readonly name: string;
  /** What found it, and how; undefined where nothing did. */
  readonly by?: string;
}

const FOLDER = '.nami/mutations';
/** What a life looks like by an operator without a fault. */
const ALBUM_FILE = resolve(FOLDER, 'album.json');
/** What the operator and its simulation are made of. */
const PARTS = [
  'src',
  'handlers',
  'test',
  'crds',
  'deploy',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];

/** All mutations, or those with these names. */
export async function catchMutations(names?: readonly string[]): Promise<Caught[]> {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(ALBUM_FILE, JSON.stringify(await album()));
  const waiting = MUTATIONS.filter(({ name }) => names === undefined || names.includes(name));
  const caught: Caught[] = [];
  const queue = [...waiting];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const by = await finderOf(next).catch((error: Error) => {
        console.log(`${next.name}: ${error.message}`);
        return undefined;
      });
      caught.push({ name: next.name, ...(by !== undefined && { by }) });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return waiting.map(
    (mutation) => caught.find((each) => each.name === mutation.name) ?? { name: mutation.name },
  );
}

async function finderOf(mutation: Mutation): Promise<string | undefined> {
  const folder = resolve(FOLDER, mutation.name);
  rmSync(folder, { recursive: true, force: true });
  for (const part of PARTS) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  try {
    for (const { file, from, to } of mutation.changes) {
      const path = join(folder, file);
      const [before, after, ...more] = readFileSync(path, 'utf8').split(from);
      if (before === undefined || after === undefined || more.length > 0)
        throw new Error(
          `the mutation ${mutation.name} is out of date: ${file} does not hold this once:\n${from}`,
        );
      writeFileSync(path, before + to + after);
    }
    const { caughtBy } = mutation;
    return 'file' in caughtBy
      ? await byTest(folder, caughtBy)
      : await byScenarios(folder, caughtBy.scenarios);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function byScenarios(folder: string, ids: readonly string[]): Promise<string | undefined> {
  const said = await output(folder, ['test/faults/run.ts', '--only', ids.join(',')]);
  // It must have come to an end, and a life to a verdict: what throws is broken in another way, and is told as "threw".
  if (!/^faults: /m.test(said)) throw new Error(`the sweep did not come to an end: ${said.slice(-2000)}`);
  const [, id, how] =
    /^FAILED: ([^:]+): .*\n.*\n {2}((?:orphans|doubles|stuck|lost): .{0,100})/m.exec(said) ?? [];
  return id === undefined ? undefined : `${id}: ${how}`;
}

interface Report {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

async function byTest(
  folder: string,
  { file, test }: { readonly file: string; readonly test?: string },
): Promise<string | undefined> {
  const named = test === undefined ? [] : ['-t', test.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)];
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  const report = join(folder, 'report.json');
  await output(folder, [vitest, 'run', '--reporter=json', `--outputFile=${report}`, ...named, file]);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const ran = results.filter(({ status }) => status === 'passed' || status === 'failed');
  // A file that can't be loaded has no tests, and has found nothing.
  if (ran.length === 0)
    throw new Error(`no test of ${file} ran${test === undefined ? '' : ` that is called "${test}"`}`);
  // Code that is broken in another way has found nothing either.
  const isBroken = (message: string) => /^(Type|Reference|Syntax)Error/.test(message);
  const failed = ran.find(
    ({ status, failureMessages }) => status === 'failed' && !failureMessages.some(isBroken),
  );
  return failed && `${file}: ${failed.fullName.trim()}`;
}

/** What a script prints, however it ends. */
async function output(cwd: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, [ALBUM]: ALBUM_FILE };
  const options = { cwd, env, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run(process.execPath, [...args], options).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}
