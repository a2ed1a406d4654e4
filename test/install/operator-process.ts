import { readdirSync, readFileSync } from 'node:fs';

/** The number by which this machine knows the operator's process. */
export function operatorPid(): number {
  const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isOperator(name));
  if (found[0] === undefined) throw new Error('no process runs the operator');
  return Number(found[0]);
}

export function residentMiB(): number {
  const status = readFileSync(`/proc/${operatorPid()}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024);
}

function isOperator(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1] === '/app/operator.mjs';
  } catch {
    return false; // It has ended meanwhile.
  }
}
