import { readdirSync, readFileSync } from 'node:fs';

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

/** The process of a pod's container, which has the pod's name for its host's. */
export function operatorPidOf(pod: string): number {
  const pid = operatorPids().find((each) => read(each, 'environ').split('\0').includes(`HOSTNAME=${pod}`));
  if (pid === undefined) throw new Error(`no process runs the operator of the pod ${pod}`);
  return pid;
}

export function residentMiB(): number {
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(read(operatorPid(), 'status'))?.[1]) / 1024);
}

function read(pid: number, file: 'cmdline' | 'environ' | 'status'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // It has ended meanwhile.
  }
}
