import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from './local-stack-error.ts';
import { startTimeOf } from './process-start-time.ts';

export interface ProcessDescription {
  /** Names the log file and the pid file; unique among the running processes of a stack. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited, so that a developer's settings can't reach the stack. */
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Asked again and again until it answers true; a rejection means "not yet". Without it, started is ready. */
  readonly ready?: (running: RunningProcess) => Promise<boolean>;
  readonly readyTimeoutSeconds?: number;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly isRunning: boolean;
  /** Resolves once the process itself has ended, with its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** SIGTERM to its whole process group and, if that doesn't end it in time, SIGKILL. Resolves when all are gone. */
  stop(): Promise<void>;
  /** SIGKILL to its whole process group, as a power cut would. */
  kill(): Promise<void>;
}

/** How long a process may take to end in good order where that is asked for. */
const TERMINATION_SECONDS = 5;

/**
 * Waits until its standard input ends, which happens when the parent is gone for whatever reason, SIGKILL included,
 * and then ends every process group that still has a pid file. It works wherever there is a POSIX shell.
 */
const GUARD_SCRIPT = `
while read -r _; do :; done
for file in "$0"/*; do
  [ -f "$file" ] && read -r pid _ < "$file" && kill -s KILL -- "-$pid"
  rm -f "$file"
done`;

/**
 * The child processes of one stack. Each leads its own process group and has a pid file in the stack's folder; none
 * outlives the stack, however that ends.
 */
export class Processes {
  readonly #folder: string;
  readonly #pidFolder: string;
  readonly #guard: ChildProcess;
  readonly #onUnexpectedEnd: (process: RunningProcess) => void;
  readonly #running = new Set<RunningProcess>();
  #stopping = false;

  private constructor(folder: string, pidFolder: string, onUnexpectedEnd: (process: RunningProcess) => void) {
    this.#folder = folder;
    this.#pidFolder = pidFolder;
    this.#onUnexpectedEnd = onUnexpectedEnd;
    this.#guard = spawn('/bin/sh', ['-c', GUARD_SCRIPT, pidFolder], {
      // A session of its own: a Ctrl-C at the terminal must not reach it.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
    });
    // Nobody reads an answer, and the guard must not keep the parent alive.
    this.#guard.unref();
    this.#guard.stdin?.on('error', () => {});
    if (this.#guard.stdin instanceof Socket) this.#guard.stdin.unref();
  }

  /**
   * Clears what an earlier run in this folder may have left behind, and stands ready to start processes. A folder
   * that another program uses at this time is refused.
   */
  static async open(folder: string, onUnexpectedEnd: (process: RunningProcess) => void): Promise<Processes> {
    mkdirSync(folder, { recursive: true });
    const pidFolder = join(folder, 'pids');
    claim(join(folder, 'owner'));
    await endLeftovers(pidFolder);
    mkdirSync(pidFolder, { recursive: true });
    mkdirSync(join(folder, 'logs'), { recursive: true });
    return new Processes(folder, pidFolder, onUnexpectedEnd);
  }

  /** Starts a process and waits until it is ready; one that doesn't get there is ended before this fails. */
  async start(description: ProcessDescription): Promise<RunningProcess> {
    const running = await this.#spawn(description, false);
    try {
      await this.#untilReady(running, description);
    } catch (error) {
      await running.kill();
      throw error;
    }
    return running;
  }

  /** Runs a tool to its end, such as a build, and fails when it does. */
  async run(description: Omit<ProcessDescription, 'ready' | 'readyTimeoutSeconds'>): Promise<void> {
    const running = await this.#spawn(description, true);
    const result = await running.ended;
    await running.kill();
    if (result !== 0) throw failure(running, `failed (${result})`);
  }

  /** Ends all processes, at once because nothing of a stack's state is kept, and then the guard. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#running].map((running) => running.kill()));
    if (this.#guard.exitCode !== null || this.#guard.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#guard.once('exit', resolve));
    this.#guard.ref();
    this.#guard.stdin?.end();
    await gone;
    rmSync(join(this.#folder, 'owner'), { force: true });
  }

  async #spawn(
    { name, command, args, environment, cwd }: ProcessDescription,
    mayEnd: boolean,
  ): Promise<RunningProcess> {
    if (this.#stopping) throw new LocalStackError(`${name} isn't started: the local stack is stopping`);
    const logFile = join(this.#folder, 'logs', `${name}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: environment,
      cwd,
    });
    closeSync(log);
    const ended = new Promise<number | NodeJS.Signals>((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.on('error', (cause) => {
        reject(new LocalStackError(`${name} can't be started from ${command}: ${cause.message}`, { cause }));
      });
    });
    const pid = child.pid;
    if (pid === undefined) throw new TypeError('a spawned process has a pid');
    const pidFile = join(this.#pidFolder, name);
    writeFileSync(pidFile, `${pid} ${startTimeOf(pid) ?? ''}\n`);

    let expected = mayEnd;
    const forget = () => {
      this.#running.delete(running);
      rmSync(pidFile, { force: true });
    };
    const end = async (first: 'SIGTERM' | 'SIGKILL') => {
      expected = true;
      // A group that is gone is left alone: its number may be another's by now.
      if (!this.#running.has(running)) return;
      await endGroup(pid, first);
      forget();
    };
    const running: RunningProcess = {
      name,
      pid,
      logFile,
      ended,
      get isRunning() {
        return child.exitCode === null && child.signalCode === null;
      },
      stop: () => end('SIGTERM'),
      kill: () => end('SIGKILL'),
    };
    this.#running.add(running);
    void ended.then(() => {
      if (!signalGroup(pid, 0)) forget();
      if (!expected) this.#onUnexpectedEnd(running);
    });
    if (this.#stopping) await running.kill();
    return running;
  }

  async #untilReady(running: RunningProcess, { ready, readyTimeoutSeconds = 60 }: ProcessDescription) {
    const deadline = Date.now() + readyTimeoutSeconds * 1000;
    while (ready !== undefined) {
      if (!running.isRunning) throw failure(running, 'ended before it was ready');
      if (await ready(running).catch(() => false)) return;
      if (Date.now() > deadline) throw failure(running, `isn't ready after ${readyTimeoutSeconds} s`);
      await sleep(30);
    }
  }
}

function failure({ name, logFile }: RunningProcess, what: string): LocalStackError {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  return new LocalStackError(
    `${name} ${what}; see ${logFile}, which ends with: ${lines.at(-1)?.slice(0, 300)}`,
  );
}

/** Ends all processes of a group, whether or not its leader still runs. */
async function endGroup(pid: number, first: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  signalGroup(pid, first);
  if (first === 'SIGTERM' && (await isGone(pid, TERMINATION_SECONDS))) return;
  signalGroup(pid, 'SIGKILL');
  // Orphans are gone once init has reaped them; that isn't ours to wait for without end.
  await isGone(pid, 2);
}

async function isGone(pid: number, seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (signalGroup(pid, 0)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Whether the group still had a process to send the signal to. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

function claim(ownerFile: string): void {
  if (existsSync(ownerFile)) {
    const [pid, startTime] = readFileSync(ownerFile, 'utf8').trim().split(/ (.*)/s);
    const isOther = Number(pid) !== process.pid;
    if (isOther && startTime && startTimeOf(Number(pid)) === startTime) {
      throw new LocalStackError(
        `a local stack already runs in ${dirname(ownerFile)}, started by process ${pid}: stop that first`,
      );
    }
  }
  writeFileSync(ownerFile, `${process.pid} ${startTimeOf(process.pid)}\n`);
}

/** A pid may have been given to someone else's process since: only one with the recorded start time is ended. */
async function endLeftovers(pidFolder: string): Promise<void> {
  const names = await readdir(pidFolder).catch(() => []);
  await Promise.all(
    names.map(async (name) => {
      const file = join(pidFolder, name);
      const [pid, startTime] = (await readFile(file, 'utf8')).trim().split(/ (.*)/s);
      const number = Number(pid);
      if (number > 1 && startTime && startTimeOf(number) === startTime) await endGroup(number, 'SIGKILL');
      rmSync(file, { force: true });
    }),
  );
}
