import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, globSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LocalStackError } from '../local-stack-error.ts';
import type { Processes } from '../processes.ts';
import { type Progress, withProgress } from '../progress.ts';
import { cacheFolder, makeFolder, withLock } from '../tools/cache.ts';

/** What a machine boots from. Its disk is not to be written to: machines lay another over it. */
export interface BaseDisk {
  /** An ext4 file system, with the label "root". */
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

const FILES = join(import.meta.dirname, 'files');
const PACKAGES = [
  'linux-image-cloud-amd64',
  'initramfs-tools',
  'systemd',
  'systemd-sysv',
  'udev',
  'iproute2',
  'ca-certificates',
  'curl',
  'libstdc++6',
  'openssl',
];
const DISK_SIZE = '4G';

/** What a machine has beside the minimum. */
export interface Additions {
  readonly packages: readonly string[];
  /** A folder that is laid over its root. */
  readonly files: string;
}

/**
 * Makes the disk of a minimal machine from this Debian's own packages, once for each set of additions. It takes an address by DHCP, and when it has
 * booted it runs the program `run` of a disk with the label "payload", whose output goes to its console.
 */
export async function findBaseDisk(
  processes: Processes,
  progress: Progress,
  additions?: Additions,
): Promise<BaseDisk> {
  const { suite, mirror } = sourceOfPackages();
  const layers = [FILES, ...(additions === undefined ? [] : [additions.files])];
  const target = join(
    cacheFolder(),
    `machine-${suite}-${recipe([...PACKAGES, ...(additions?.packages ?? [])], layers)}`,
  );
  makeFolder(cacheFolder());
  await withLock(`${target}.lock`, progress, async () => {
    if (existsSync(target)) return;
    const folder = `${target}.part`;
    rmSync(folder, { recursive: true, force: true });
    makeFolder(folder);
    const root = join(folder, 'root');
    const run = (command: string, ...args: string[]) =>
      processes.run({ name: 'base-disk', command, args, environment: process.env });
    const made = async () => {
      await run('debootstrap', '--variant=minbase', `--include=${PACKAGES.join(',')}`, suite, root, mirror);
      // debootstrap does not know what provides a virtual package.
      const install = [
        'env',
        'DEBIAN_FRONTEND=noninteractive',
        'apt-get',
        '-qq',
        'install',
        '--no-install-recommends',
      ];
      if (additions !== undefined) await run('chroot', root, ...install, '-y', ...additions.packages);
      for (const files of layers) cpSync(files, root, { recursive: true });
      await run('chroot', root, 'systemctl', 'enable', 'systemd-networkd', 'payload');
      await run('chroot', root, 'apt-get', 'clean');
      await run('mkfs.ext4', '-q', '-L', 'root', '-d', root, join(folder, 'disk.img'), DISK_SIZE);
    };
    await withProgress(progress, 'making the disk of a machine', made()).catch((cause) => {
      throw new LocalStackError(`the disk of a machine can't be made: ${cause.message}`, { cause });
    });
    for (const name of ['vmlinuz', 'initrd.img']) {
      const [file = ''] = globSync(`boot/${name}-*`, { cwd: root });
      copyFileSync(join(root, file), join(folder, name));
    }
    rmSync(root, { recursive: true });
    renameSync(folder, target);
  });
  return {
    disk: join(target, 'disk.img'),
    kernel: join(target, 'vmlinuz'),
    initrd: join(target, 'initrd.img'),
  };
}

/** Another recipe makes another disk. */
function recipe(packages: readonly string[], layers: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([packages, DISK_SIZE]));
  const files = layers.flatMap((cwd) => globSync('**/*', { cwd, withFileTypes: true }));
  for (const file of files.filter((each) => each.isFile()))
    hash.update(readFileSync(join(file.parentPath, file.name)));
  return hash.digest('hex').slice(0, 12);
}

/** Where this machine has its own packages from. */
export function sourceOfPackages(): { readonly suite: string; readonly mirror: string } {
  const suite = /^VERSION_CODENAME=(.+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const targets = ['indextargets', '--format', '$(RELEASE) $(SITE)', 'Created-By: Packages'];
  const lines = execFileSync('apt-get', targets, { encoding: 'utf8' }).split('\n');
  const mirror = lines.find((line) => line.startsWith(`${suite} `))?.split(' ')[1];
  if (suite === undefined || mirror === undefined)
    throw new LocalStackError('apt-get names no source of packages for this release: run "apt-get update"');
  return { suite, mirror };
}
