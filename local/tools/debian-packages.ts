import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LocalStackError } from '../local-stack-error.ts';
import type { Processes } from '../processes.ts';
import { type Progress, withProgress } from '../progress.ts';
import { cacheFolder, makeFolder, withLock } from './cache.ts';

/**
 * Fetches packages of this machine's Debian (or Ubuntu) and unpacks them into the cache, side by side; nothing is
 * installed. Gives the folder that stands for the root of the file system.
 */
export async function unpackedPackages(
  name: string,
  packages: readonly string[],
  processes: Processes,
  progress: Progress,
): Promise<string> {
  const target = join(cacheFolder(), name);
  makeFolder(cacheFolder());
  await withLock(join(cacheFolder(), 'lock'), progress, async () => {
    if (existsSync(target)) return;
    const folder = `${target}.part`;
    rmSync(folder, { recursive: true, force: true });
    makeFolder(folder);
    const run = (command: string, ...args: string[]) =>
      processes.run({ name: 'unpack', command, args, environment: process.env, cwd: folder });
    // apt's own sandbox user can't write into a home folder.
    const download = run('apt-get', 'download', '-o', 'APT::Sandbox::User=root', ...packages);
    await withProgress(progress, `fetching ${packages.join(', ')}`, download).catch((cause) => {
      throw new LocalStackError(
        `the packages ${packages.join(', ')} can't be fetched: run "apt-get update", and check the network (${cause.message})`,
        { cause },
      );
    });
    const root = join(folder, 'root');
    for (const file of readdirSync(folder).filter((each) => each.endsWith('.deb'))) {
      await run('dpkg-deb', '--extract', file, root);
    }
    renameSync(root, target);
    rmSync(folder, { recursive: true, force: true });
  });
  return target;
}
