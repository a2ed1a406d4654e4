import { execFile } from 'node:child_process';
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Mutation } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

/** Puts each mutation into a copy of the project, and runs there what must find it. */

const run = promisify(execFile);

export interface Caught {
  readonly name: string;
  /** What found it, and how; undefined where nothing did. */
  readonly by?: string;
}

const FOLDER = '.nami/mutations';
/** What the operator and its simulation are made of. */
const PARTS = ['src', 'handlers', 'test', 'crds', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

/** All mutations, or the one with this name. */
export async function catchMutations(name?: string): Promise<Caught[]> {
  const waiting = MUTATIONS.filter((mutation) => name === undefined || mutation.name === name);
  const caught: Caught[] = [];
  const queue = [...waiting];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const by = await finderOf(next);
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
    return 'test' in caughtBy
      ? await byTest(folder, caughtBy)
      : await byScenarios(folder, caughtBy.scenarios);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function byScenarios(folder: string, ids: readonly string[]): Promise<string | undefined> {
  for (const id of ids) {
    const said = await output(folder, process.execPath, ['test/faults/run.ts', '--only', id]);
    // It must have come to an end, and not be broken in some other way.
    if (/^faults: .* 0 converged/m.test(said))
      return `${id}: ${/^ {2}(orphans|doubles|stuck|lost): .{0,100}/m.exec(said)?.[0].trim()}`;
  }
  return undefined;
}

async function byTest(
  folder: string,
  { file, test }: { readonly file: string; readonly test: string },
): Promise<string | undefined> {
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  const pattern = test.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  const said = await output(folder, process.execPath, [
    vitest,
    'run',
    '--reporter=json',
    '-t',
    pattern,
    file,
  ]);
  const { numFailedTests, numPassedTests } = JSON.parse(said.slice(said.indexOf('{"numTotal'))) as Record<
    string,
    number
  >;
  if (numFailedTests === 0 && numPassedTests === 0) throw new Error(`no test of ${file} is called "${test}"`);
  return numFailedTests === 0 ? undefined : `the test "${test}"`;
}

/** What a program prints, however it ends. */
async function output(cwd: string, program: string, args: readonly string[]): Promise<string> {
  const options = { cwd, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run(program, [...args], options).catch((error: { stdout: string }) => error);
  return stdout;
}
