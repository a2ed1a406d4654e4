import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalStackError } from '../local-stack-error.ts';
import type { Processes } from '../processes.ts';
import { type Progress, withProgress } from '../progress.ts';
import { withLock } from './cache.ts';

const execute = promisify(execFile);
const PROJECT = join(import.meta.dirname, '../..');
const REQUIREMENTS = join(import.meta.dirname, '../requirements.txt');
/** The oldest minor version of Python 3 that every package in requirements.txt supports. */
const OLDEST_MINOR = 11;
const INTERPRETERS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];

/**
 * Makes the project's own Python environment with the emulators in it, where that isn't done yet, and gives the
 * folder of its programs.
 */
export async function preparePython(
  processes: Processes,
  progress: Progress,
  environment = join(PROJECT, '.venv'),
): Promise<string> {
  const requirements = readFileSync(REQUIREMENTS, 'utf8');
  const programs = join(environment, 'bin');
  if (isPrepared(environment, requirements)) return programs;
  await withLock(`${environment}.lock`, progress, async () => {
    if (isPrepared(environment, requirements)) return;
    const interpreter = await findInterpreter();
    rmSync(environment, { recursive: true, force: true });
    progress('installing the AWS emulators into .venv; afterwards this takes no time');
    const run = (command: string, args: string[]) =>
      processes.run({ name: 'install-emulators', command, args, environment: process.env });
    const install = async () => {
      await run(interpreter, ['-m', 'venv', environment]);
      const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-deps', '-r', REQUIREMENTS];
      await run(join(programs, 'python3'), pip);
    };
    await withProgress(progress, 'installing the AWS emulators', install()).catch((cause) => {
      throw new LocalStackError(
        `check the network, pip's settings and the free disk space: ${cause.message}`,
        { cause },
      );
    });
    writeFileSync(stampFile(environment), stampOf(requirements));
  });
  return programs;
}

/** The stamp is written last, so an interrupted installation has none. */
export function isPrepared(environment: string, requirements: string): boolean {
  const stamp = stampFile(environment);
  return (
    existsSync(join(environment, 'bin', 'python3')) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === stampOf(requirements)
  );
}

export function stampFile(environment: string): string {
  return join(environment, 'nami-requirements');
}

/** What must change for a new installation: the packages, not the comments on them. */
export function stampOf(requirements: string): string {
  const packages = requirements
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean);
  return createHash('sha256').update(packages.join('\n')).digest('hex');
}

async function findInterpreter(): Promise<string> {
  let tooOld: string | undefined;
  for (const interpreter of INTERPRETERS) {
    const version = await execute(interpreter, [
      '-c',
      'import platform; print(platform.python_version())',
    ]).catch(() => undefined);
    if (version === undefined) continue;
    if (!isPythonRecent(version.stdout)) {
      tooOld ??= version.stdout.trim();
      continue;
    }
    await execute(interpreter, ['-c', 'import venv, ensurepip']).catch((cause) => {
      throw new LocalStackError(
        `${interpreter} lacks its "venv" module, which the AWS emulators are installed with: install it (Debian, Ubuntu: apt install python3-venv)`,
        { cause },
      );
    });
    return interpreter;
  }
  const found = tooOld === undefined ? 'there is no python3 on the PATH' : `Python ${tooOld} is too old`;
  throw new LocalStackError(
    `the AWS emulators need Python 3.${OLDEST_MINOR} or newer and ${found}: install it (Debian, Ubuntu: apt install python3 python3-venv)`,
  );
}

export function isPythonRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 3 && minor >= OLDEST_MINOR;
}
