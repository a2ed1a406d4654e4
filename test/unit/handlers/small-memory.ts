import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * What a script prints, as JSON, in a process of its own whose objects get so many MiB, as in a small function: one that
 * needs more of them ends it.
 */
export async function inSmallMemory<T>(objectsMiB: number, script: string): Promise<T> {
  const limits = [`--max-old-space-size=${objectsMiB}`, '--max-semi-space-size=12'];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...limits,
    '--input-type=module',
    '--eval',
    script,
  ]);
  return JSON.parse(stdout) as T;
}
