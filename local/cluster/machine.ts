import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDRESS } from './address.ts';

/** Settings of the kernel that a kubelet wants, and would write where they differ. */
const KERNEL: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

const run = (command: string, ...args: string[]) => execFileSync(command, args, { stdio: 'pipe' });

/** Gives the network namespace that this process has to itself its one address. */
export function prepareNetwork(): void {
  run('ip', 'link', 'set', 'lo', 'up');
  run('ip', 'address', 'add', `${ADDRESS}/32`, 'dev', 'lo');
}

/**
 * Makes of the namespaces that this process has to itself a machine for a node: with an address, and with folders that
 * containerd and the kubelet may write to without a trace. The kernel's settings are not this machine's to change: the
 * kubelet finds files that hold what it wants.
 */
export function prepareMachine(folder: string): void {
  prepareNetwork();
  const home = join(folder, 'machine');
  const make = (name: string) => {
    mkdirSync(join(home, name), { recursive: true });
    return join(home, name);
  };
  // The kubelet's mounts of a pod's volumes are seen by containerd, and none by those outside.
  run('mount', '--make-rshared', '/');
  run('mount', '-t', 'tmpfs', 'run', '/run');
  run(
    'mount',
    '-t',
    'overlay',
    'var',
    '-o',
    `lowerdir=/var,upperdir=${make('var')},workdir=${make('work')}`,
    '/var',
  );
  for (const [name, value] of Object.entries(KERNEL)) {
    const file = join(make('kernel'), name.replaceAll('/', '.'));
    writeFileSync(file, `${value}\n`);
    run('mount', '--bind', file, join('/proc/sys', name));
  }
}
