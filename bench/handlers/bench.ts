import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Processes, RunningProcess } from '../../local/processes.ts';
import type { Progress } from '../../local/progress.ts';
import type { CpuShares } from './cpu-share.ts';

/** What all measurements work with. */
export interface Bench {
  readonly folder: string;
  readonly processes: Processes;
  /** Undefined where CPU can't be limited. */
  readonly shares: CpuShares | undefined;
  readonly progress: Progress;
}

let runs = 0;

/** Runs one of the scripts beside this file, in a share of CPU if there are shares, and gives the JSON that it prints. */
export async function runLimited<T>(
  { processes, shares, folder }: Bench,
  share: number,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<T> {
  runs += 1;
  const name = `function-${runs}`;
  const unlimited = { command: process.execPath, args };
  const command = shares?.command(share, args) ?? unlimited;
  const STARTED_AT = String(Date.now());
  await processes.run({ name, ...command, environment: { ...environment, STARTED_AT } });
  const lines = readFileSync(`${folder}/logs/${name}.log`, 'utf8').trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '') as T;
}

export interface ServerDescription {
  /** The script is beside this file: `<name>-server.ts`. */
  readonly name: string;
  readonly port: number;
  /** After so many it ends by itself, where nobody has stopped it. */
  readonly seconds: number;
  readonly ready: () => Promise<boolean>;
}

/** Starts a server that stands in for what a function calls, on a port of this machine. */
export const startServer = (
  { processes }: Bench,
  { name, port, seconds, ready }: ServerDescription,
): Promise<RunningProcess> =>
  processes.start({
    name,
    command: process.execPath,
    args: [join(import.meta.dirname, `${name}-server.ts`), String(port), String(seconds)],
    environment: {},
    ready,
  });

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
