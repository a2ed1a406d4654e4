import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { zipSync } from 'fflate';
import type { BundleId, OWN_CODE_FILE, STORE_CA_FILE } from '../handlers/contract.ts';
import type { CodePackage } from './aws/object/code.ts';

/** A file of a user's beside a function's own code, as bytes that the operator passes on and never runs. */
export interface FileBeside {
  /** Of its bytes, in hex. */
  readonly sha256: string;
  readonly read: () => Promise<Uint8Array>;
}

/** By their names in the zip: the user's own module, and the certificates by which the store is known. */
export type FilesBeside = Readonly<
  Partial<Record<typeof OWN_CODE_FILE | typeof STORE_CA_FILE, FileBeside | undefined>>
>;

/** The built-in code of both functions, ready for Lambda alone or with files of a user's beside it. */
export interface CodeLibrary {
  packageOf(id: BundleId, files?: FilesBeside): Promise<CodePackage>;
}

/** The earliest time that a zip file can hold: the same code always makes the same zip. */
const EPOCH = '1980-01-01T00:00:00';

/** How many zips with such files are known by their sum; beyond that they are made again to know it. */
const KNOWN_SUMS = 1000;

/** Reads the bundles beside the operator's own, or the built ones when it runs from its sources. */
export async function loadCode(): Promise<CodeLibrary> {
  const folder = import.meta.url.endsWith('.ts')
    ? new URL('../dist/handlers/', import.meta.url)
    : new URL('./handlers/', import.meta.url);
  const read = (id: BundleId) => readFile(new URL(`${id}/index.mjs`, folder));
  const [preQueue, certified, postQueue] = await Promise.all([
    read('pre-queue'),
    read('pre-queue-certified'),
    read('post-queue'),
  ]);
  return codeLibrary({ 'pre-queue': preQueue, 'pre-queue-certified': certified, 'post-queue': postQueue });
}

/** A library of these bundles. A zip with files of a user's is made when it is needed and not kept: there may be many. */
export function codeLibrary(bundles: Readonly<Record<BundleId, Uint8Array>>): CodeLibrary {
  const builtIn = new Map<string, CodePackage>();
  const sums = new Map<string, string>();
  return {
    async packageOf(id, files = {}) {
      const beside = Object.entries(files).flatMap(([name, file]) => (file ? [{ name, ...file }] : []));
      if (beside.length === 0) {
        const known = builtIn.get(id);
        if (known) return known;
        const zip = zipOf(bundles[id], []);
        const made = { sha256: sumOf(zip), zip: async () => zip };
        builtIn.set(id, made);
        return made;
      }
      beside.sort((a, b) => (a.name < b.name ? -1 : 1));
      const zip = async () => {
        const read = beside.map(async (file) => [file.name, await file.read()] as const);
        return zipOf(bundles[id], await Promise.all(read));
      };
      const key = [id, ...beside.map(({ name, sha256 }) => `${name}=${sha256}`)].join(' ');
      const sha256 = sums.get(key) ?? sumOf(await zip());
      if (sums.size >= KNOWN_SUMS) sums.clear();
      sums.set(key, sha256);
      return { sha256, zip };
    },
  };
}

function zipOf(bundle: Uint8Array, beside: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const options = { mtime: EPOCH, os: 3, attrs: 0o644 << 16 } as const;
  const files = [['index.mjs', bundle] as const, ...beside];
  return zipSync(Object.fromEntries(files.map(([name, bytes]) => [name, [bytes, options]])));
}

/** What Lambda calls CodeSha256. */
function sumOf(zip: Uint8Array): string {
  return createHash('sha256').update(zip).digest('base64');
}
