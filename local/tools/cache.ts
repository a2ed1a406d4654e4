import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from '../local-stack-error.ts';
import { startTimeOf } from '../process-start-time.ts';
import { elapsed, type Progress } from '../progress.ts';

/** Where tools that take long to fetch or to build are kept, for all checkouts of this project. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { NAMI_CACHE_DIR, XDG_CACHE_HOME } = environment;
  return NAMI_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'nami');
}

/** Makes a folder, and says clearly when that can't be done. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new LocalStackError(
      `the folder ${folder} can't be made: check its permissions and the free disk space`,
      { cause },
    );
  }
}

/**
 * Does `work` while no other process that asks for the same lock does. A lock whose holder is gone doesn't count.
 */
export async function withLock<T>(lock: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  const begin = Date.now();
  let said = begin;
  while (!take(lock)) {
    if (Date.now() - said > 5_000) {
      said = Date.now();
      progress(`another run is making the same tools; waiting for it (${elapsed(begin)})`);
    }
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function take(lock: string): boolean {
  const owner = join(lock, 'owner');
  try {
    mkdirSync(lock);
    writeFileSync(owner, `${process.pid} ${startTimeOf(process.pid)}`);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  try {
    const [pid, startTime] = readFileSync(owner, 'utf8').split(/ (.*)/s);
    if (startTimeOf(Number(pid)) !== startTime) rmSync(lock, { recursive: true, force: true });
  } catch {
    // The holder is between making the folder and naming itself, or died there.
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 5_000) rmSync(lock, { recursive: true, force: true });
  }
  return false;
}
