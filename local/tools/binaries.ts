import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Processes } from '../processes.ts';
import type { Progress } from '../progress.ts';
import { cacheFolder, makeFolder, withLock } from './cache.ts';
import { downloadBinaries } from './envtest-download.ts';
import { buildBinary } from './go-build.ts';
import { type Binary, ETCD_VERSION, KUBERNETES_VERSION } from './versions.ts';

/**
 * Finds the control plane's programs: in `KUBEBUILDER_ASSETS`, in the cache, by download (the archive that
 * setup-envtest uses), or by building them with Go, which takes minutes the first time.
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
      if (missing().length > 0 && (await downloadBinaries(cachedPath, processes, progress))) look(cachedPath);
      for (const binary of missing()) {
        await buildBinary(binary, cachedPath(binary), processes, progress);
        look(cachedPath);
      }
    });
  }
  return Object.fromEntries(found) as Record<B, string>;
}

/**
 * A file in the cache is whole: it is renamed to this name only when it is. One that was downloaded may be another
 * patch release than the one that it stands for.
 */
function cachedPath(binary: Binary): string {
  const version = binary === 'etcd' ? ETCD_VERSION : KUBERNETES_VERSION;
  return join(cacheFolder(), `${binary}-${version}`);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
