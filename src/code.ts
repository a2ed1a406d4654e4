import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { zipSync } from 'fflate';
import type { CodePackage } from './aws/account.ts';

/** The built-in code of both functions, ready for Lambda. */
export interface BuiltInCode {
  /** SHA-256 (base64) of each zip. */
  readonly preQueue: string;
  readonly postQueue: string;
  readonly packages: ReadonlyMap<string, CodePackage>;
}

/** The earliest time that a zip file can hold: the same code always makes the same zip. */
const EPOCH = '1980-01-01T00:00:00';

/** Reads the bundles beside the operator's own, or the built ones when it runs from its sources. */
export async function loadCode(): Promise<BuiltInCode> {
  const folder = import.meta.url.endsWith('.ts')
    ? new URL('../dist/handlers/', import.meta.url)
    : new URL('./handlers/', import.meta.url);
  const [preQueue, postQueue] = await Promise.all([
    pack(new URL('pre-queue/index.mjs', folder)),
    pack(new URL('post-queue/index.mjs', folder)),
  ]);
  return {
    preQueue: preQueue.sha256,
    postQueue: postQueue.sha256,
    packages: new Map([preQueue, postQueue].map((code) => [code.sha256, code])),
  };
}

async function pack(bundle: URL): Promise<CodePackage> {
  const zip = zipSync({ 'index.mjs': [await readFile(bundle), { mtime: EPOCH, os: 3, attrs: 0o644 << 16 }] });
  return { zip, sha256: createHash('sha256').update(zip).digest('base64') };
}
