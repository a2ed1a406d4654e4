import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Processes } from '../processes.ts';
import type { Progress } from '../progress.ts';
import { cacheFolder, makeFolder, withLock } from './cache.ts';
import { downloadBinaries } from './envtest-download.ts';
import { buildBinary } from './go-build.ts';
import { ARCHIVED, type Binary, versionOf } from './versions.ts';

/**
 * Finds the programs of a cluster: in `KUBEBUILDER_ASSETS`, in the cache, by download (the archive that setup-envtest
 * uses holds some of them), or by building them with Go, which takes minutes the first time.
 */
export async function findBinaries<B extends Binary>(
  wanted: readonly B[],
  processes: Processes,
  progress: Progress,
): Promise<Record<B, string>> {
  const found = new Map<B, string>();
  const missing = () => wanted.filter((binary) => !found.has(binary));
  const look = (where: (binary: B) => string) => {
    for (const binary of missing()) if (isExecutable(where(binary))) found.set(binary, where(binary));
  };

  const assets = process.env.KUBEBUILDER_ASSETS;
  if (assets) look((binary) => join(assets, binary));
  look(cachedPath);
  if (missing().length > 0) {
    makeFolder(cacheFolder());
    await withLock(join(cacheFolder(), 'lock'), progress, async () => {
      look(cachedPath); // by a run that held the lock before
      const isArchived = missing().some((binary) => ARCHIVED.some((archived) => archived === binary));
      if (isArchived && (await downloadBinaries(cachedPath, processes, progress))) look(cachedPath);
      for (const binary of missing()) {
        await buildBinary(binary, cachedPath(binary), processes, progress);
        look(cachedPath);
      }
    });
  }
  return Object.fromEntries(found) as Record<B, string>;
}

/** A program that an earlier run has left in the cache; undefined where none has. */
export function inCache(binary: Binary): string | undefined {
  return isExecutable(cachedPath(binary)) ? cachedPath(binary) : undefined;
}

/**
 * A file in the cache is whole: it is renamed to this name only when it is. One that was downloaded may be another
 * patch release than the one that it stands for.
 */
function cachedPath(binary: Binary): string {
  return join(cacheFolder(), `${binary}-${versionOf(binary)}`);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
