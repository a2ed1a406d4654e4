import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CGROUP } from './kubelet.ts';

/** Programs of the system that a cluster in namespaces of its own is made with. */
const PROGRAMS = ['unshare', 'ip', 'mount', 'sh', 'apt-get', 'dpkg-deb'];
/** Mounts, network and processes of its own: what is made in them ends with the last process in them. */
const UNSHARE = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
const CGROUPS = '/sys/fs/cgroup';

/** Why this machine can't run a node; undefined when it can. */
export function whyNoNode(): string | undefined {
  if (process.platform !== 'linux') return 'a node needs Linux';
  if (process.getuid?.() !== 0) return 'a node needs root: run it as root, in a machine to throw away';
  const folders = (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/sbin');
  const missing = PROGRAMS.filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
  if (missing.length > 0)
    return `these programs are not there: ${missing.join(', ')} (it runs on Debian and Ubuntu)`;
  try {
    for (const hierarchy of hierarchies()) {
      mkdirSync(join(hierarchy, CGROUP), { recursive: true });
      accessSync(join(hierarchy, CGROUP), constants.W_OK);
    }
  } catch (error) {
    return `cgroups can't be made in ${CGROUPS}: ${(error as Error).message}`;
  }
  const probe =
    'ip link set lo up && ip link add probe0 type bridge && ip link add probe1 type veth peer name probe2 && mount -t tmpfs probe /run && mkdir /run/l /run/u /run/w /run/m && mount -t overlay probe -o lowerdir=/run/l,upperdir=/run/u,workdir=/run/w /run/m';
  try {
    execFileSync('unshare', [...UNSHARE, 'sh', '-c', probe], { stdio: 'pipe' });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    return `namespaces, bridges or overlay mounts can't be made here: ${said}`;
  }
  return undefined;
}

/**
 * Runs a script of this project in namespaces of its own and answers its exit code. Whatever ends this process or that
 * one, no process, mount, network or cgroup of it stays: the kernel takes them down with the namespaces' first process,
 * and a script whose standard input ends is to end itself.
 */
export async function runIsolated(script: string, ...args: string[]): Promise<number> {
  await removeCgroups();
  // The shell is the first process, and so the one that reaps whom nobody waits for; it would give what it starts in
  // the background no standard input.
  const run = ['sh', '-c', 'exec 3<&0; "$0" "$@" <&3 & wait $!', process.execPath, script, ...args];
  const child = spawn('unshare', [...UNSHARE, ...run], {
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? os.signals[signal] : 0)));
  });
  const end = () => void child.kill('SIGKILL');
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, end);
  try {
    return await ended;
  } finally {
    for (const signal of signals) process.off(signal, end);
    await removeCgroups();
  }
}

/** Of cgroups version 1 there is a hierarchy for each controller, of version 2 one. */
function hierarchies(): string[] {
  if (existsSync(join(CGROUPS, 'cgroup.controllers'))) return [CGROUPS];
  return readdirSync(CGROUPS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(CGROUPS, name));
}

/** A cgroup can be removed once its last process is gone, which may take the kernel a moment. */
async function removeCgroups(): Promise<void> {
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, CGROUP);
    for (let tries = 0; existsSync(folder); tries += 1) {
      try {
        removeEmpty(folder);
      } catch (error) {
        if (tries === 50) throw error;
        await sleep(100);
      }
    }
  }
}

function removeEmpty(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmpty(join(folder, entry.name));
  }
  rmdirSync(folder);
}
