import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Processes, RunningProcess } from '../processes.ts';
import type { BaseDisk } from './base-disk.ts';

export interface MachineOptions {
  readonly name: string;
  /** Everything of the machine is in there. */
  readonly folder: string;
  readonly base: BaseDisk;
  readonly memoryMiB: number;
  readonly processors: number;
  /** A folder whose program `run` the machine runs once it has booted. */
  readonly payload: string;
  /** Ports of the machine, by the address and port of this one that lead there. */
  readonly forwarded: readonly { readonly address: string; readonly port: number; readonly to: number }[];
  /** Further arguments of QEMU. */
  readonly devices?: readonly string[];
  /** Further arguments of the kernel. */
  readonly kernelArguments?: string;
}

export interface Machine {
  /** What it has said on its console. */
  console(): string;
  readonly process: RunningProcess;
}

/**
 * Boots a machine; one that has run in this folder before goes on with its disk. It is emulated by software, which runs on any processor, slowly. It reaches every address that this
 * machine has, and none of it is reached but by what is forwarded.
 */
export async function bootMachine(options: MachineOptions, processes: Processes): Promise<Machine> {
  const { name, folder, base, memoryMiB, processors, payload, forwarded } = options;
  const { devices = [], kernelArguments = '' } = options;
  mkdirSync(folder, { recursive: true });
  const [disk, payloadDisk, consoleLog] = ['disk.qcow2', 'payload.img', 'console.log'].map((file) =>
    join(folder, file),
  ) as [string, string, string];
  const run = (command: string, ...args: string[]) =>
    processes.run({ name: `disk-of-${name}`, command, args, environment: process.env });
  rmSync(consoleLog, { force: true });
  if (!existsSync(disk))
    await run('qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', base.disk, disk);
  if (!existsSync(payloadDisk))
    await run('mkfs.ext4', '-q', '-L', 'payload', '-d', payload, payloadDisk, '1G');
  const forwards = forwarded.map(({ address, port, to }) => `,hostfwd=tcp:${address}:${port}-:${to}`);
  const running = await processes.start({
    name: `machine-${name}`,
    command: 'qemu-system-x86_64',
    args: [
      ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-m', String(memoryMiB), '-smp', String(processors)],
      ...['-kernel', base.kernel, '-initrd', base.initrd],
      ...['-append', `root=LABEL=root rw console=ttyS0 quiet systemd.show_status=false ${kernelArguments}`],
      ...['-drive', `file=${disk},if=virtio,format=qcow2`],
      ...['-drive', `file=${payloadDisk},if=virtio,format=raw,readonly=on`],
      ...['-netdev', `user,id=net${forwards.join('')}`, '-device', 'virtio-net-pci,netdev=net'],
      ...devices,
      ...['-display', 'none', '-serial', `file:${consoleLog}`, '-monitor', 'none', '-no-reboot'],
    ],
    environment: process.env,
    ready: async () => readFileSync(consoleLog, 'utf8') !== '',
    readyTimeoutSeconds: 120,
  });
  return { process: running, console: () => readFileSync(consoleLog, 'utf8') };
}
