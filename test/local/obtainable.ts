import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inCache } from '../../local/tools/binaries.ts';
import type { Binary } from '../../local/tools/versions.ts';

/** Whether a program is there that no archive holds, or Go is, to build it. */
export async function isObtainable(binary: Binary): Promise<boolean> {
  if (inCache(binary) !== undefined) return true;
  return await promisify(execFile)('go', ['version']).then(
    () => true,
    () => false,
  );
}
