import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** The numbers by which this machine knows the processes of operators. */
export function operatorPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => read(pid, 'cmdline').split('\0')[1] === '/app/operator.mjs');
}

export function operatorPid(): number {
  const [pid] = operatorPids();
  if (pid === undefined) throw new Error('no process runs the operator');
  return pid;
}

export function residentMiB(): number {
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(read(operatorPid(), 'status'))?.[1]) / 1024);
}

/** Whether a process has a handler for SIGTERM. (proc_pid_status(5): SigCgt, a mask in hexadecimal.) */
export function waitsForSigterm(pid: number): boolean {
  const mask = /^SigCgt:\s+([0-9a-f]+)$/m.exec(read(pid, 'status'))?.[1] ?? '0';
  return (BigInt(`0x${mask}`) >> BigInt(constants.signals.SIGTERM - 1)) % 2n === 1n;
}

function read(pid: number, file: 'cmdline' | 'status'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It has ended meanwhile.
  }
}
