import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lambda gives a full core at 1,769 MB and of it in proportion (AWS: Lambda, "Configure memory"). */
export const SHARE_OF_256_MB = 256 / 1769;

/** The kernel's own default. */
const PERIOD_MICROSECONDS = 100_000;
const ROOT_V2 = '/sys/fs/cgroup';
const ROOTS_V1 = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/cpu,cpuacct'];

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** Holds programs to a part of one core, each by itself, as Lambda does with its environments. */
export class CpuShares {
  readonly #folders: readonly string[];

  private constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** Undefined where this machine doesn't let us: it takes root and a cgroup with a CPU controller. */
  static open(count: number, share: number): CpuShares | undefined {
    const folders: string[] = [];
    try {
      for (let index = 0; index < count; index++) {
        const folder = join(controllerRoot(), `nami-bench-${process.pid}-${index}`);
        mkdirSync(folder);
        folders.push(folder);
        setQuota(folder, Math.round(PERIOD_MICROSECONDS * share));
      }
      return new CpuShares(folders);
    } catch {
      for (const folder of folders) rmdirSync(folder);
      return undefined;
    }
  }

  /** The command that runs `node` with `args` in the share with this index, from its first instruction on. */
  command(index: number, args: readonly string[]): Command {
    const script = 'echo $$ > "$0" && exec "$@"';
    const file = join(this.#folders[index] ?? '', 'cgroup.procs');
    return { command: '/bin/sh', args: ['-c', script, file, process.execPath, ...args] };
  }

  /** Once nothing runs in them any more. */
  close(): void {
    for (const folder of this.#folders) rmdirSync(folder);
  }
}

function controllerRoot(): string {
  const controllers = join(ROOT_V2, 'cgroup.controllers');
  if (!existsSync(controllers)) return ROOTS_V1.find((folder) => existsSync(folder)) ?? ROOT_V2;
  const control = join(ROOT_V2, 'cgroup.subtree_control');
  if (!/\bcpu\b/.test(readFileSync(control, 'utf8'))) writeFileSync(control, '+cpu');
  return ROOT_V2;
}

function setQuota(folder: string, quotaMicroseconds: number): void {
  if (existsSync(join(folder, 'cpu.max'))) {
    writeFileSync(join(folder, 'cpu.max'), `${quotaMicroseconds} ${PERIOD_MICROSECONDS}`);
  } else {
    writeFileSync(join(folder, 'cpu.cfs_period_us'), String(PERIOD_MICROSECONDS));
    writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quotaMicroseconds));
  }
}
