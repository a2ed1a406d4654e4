import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROGRAMS = ['debootstrap', 'qemu-system-x86_64', 'qemu-img', 'mkfs.ext4', 'apt-get'];

/** Why this machine can't boot another one; undefined when it can. */
export function whyNoMachine(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'machines are booted on Linux on x86-64 alone';
  if (process.getuid?.() !== 0) return 'to make the disk of a machine takes root';
  if (!/^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8')))
    return 'the disk of a machine is made from the packages of Debian, which this is not';
  const folders = (process.env.PATH ?? '').split(':').concat('/usr/sbin', '/sbin');
  const missing = PROGRAMS.filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
  if (missing.length > 0)
    return `these programs are not there: ${missing.join(', ')} (apt-get install debootstrap qemu-system-x86 qemu-utils)`;
  return undefined;
}
