import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LocalStackError } from '../../../local/local-stack-error.ts';
import { startTimeOf } from '../../../local/process-start-time.ts';
import { Processes } from '../../../local/processes.ts';

let folder: string;
let processes: Processes;
const onUnexpectedEnd = vi.fn();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nami-processes-'));
  onUnexpectedEnd.mockClear();
  processes = await Processes.open(folder, onUnexpectedEnd);
});

afterEach(async () => {
  await processes.stop();
  rmSync(folder, { recursive: true });
});

const environment = { PATH: '/usr/bin:/bin' };
/** A shell script, as a process that the stack runs. */
const script = (name: string, text: string) => ({
  name,
  command: '/bin/sh',
  args: ['-c', text],
  environment,
});
const isAlive = (pid: number) => startTimeOf(pid) !== undefined && !isZombie(pid);
const isZombie = (pid: number) => {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};
const pidIn = (file: string) => Number(readFileSync(join(folder, file), 'utf8'));

test('stopping ends a process with all that it has started, even if they pay no heed', async () => {
  const stubborn = `trap '' TERM; (trap '' TERM; sleep 60) & echo $! > ${folder}/worker; touch ${folder}/up; wait; sleep 60`;
  const running = await processes.start({
    ...script('stubborn', stubborn),
    ready: async () => existsSync(join(folder, 'up')),
  });
  const worker = pidIn('worker');
  expect([isAlive(running.pid), isAlive(worker)]).toEqual([true, true]);
  await processes.stop();
  expect([isAlive(running.pid), isAlive(worker)]).toEqual([false, false]);
  expect(readdirSync(join(folder, 'pids'))).toEqual([]);
  expect(onUnexpectedEnd).not.toHaveBeenCalled();
});

test('an orderly stop lets a process end its work', async () => {
  const orderly = `trap 'echo done > ${folder}/work; exit 0' TERM; touch ${folder}/up; while :; do sleep 0.05; done`;
  const running = await processes.start({
    ...script('orderly', orderly),
    ready: async () => existsSync(join(folder, 'up')),
  });
  await running.stop();
  expect(readFileSync(join(folder, 'work'), 'utf8')).toBe('done\n');
});

test('a process that ends before it is ready is an error of one line with the last of its log', async () => {
  const failure = await processes
    .start({ ...script('early', 'echo first; echo "error: no disk"; exit 1'), ready: async () => false })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LocalStackError);
  expect(String(failure)).toMatch(
    /early ended before it was ready; see .*early\.log, which ends with: error: no disk$/,
  );
});

test('a process that never gets ready is ended', async () => {
  const start = processes.start({
    ...script('never', 'sleep 60'),
    ready: () => Promise.reject(new Error('connection refused')),
    readyTimeoutSeconds: 0.2,
  });
  await expect(start).rejects.toThrow("never isn't ready after 0.2 s");
  expect(readdirSync(join(folder, 'pids'))).toEqual([]);
});

test('a program that is not there is an error of one line', async () => {
  const start = processes.start({ name: 'absent', command: '/no/such/program', args: [], environment });
  await expect(start).rejects.toThrow(/^absent can't be started from \/no\/such\/program: /);
});

test('a process that ends by itself is told of', async () => {
  const running = await processes.start(script('brief', 'sleep 0.1; exit 3'));
  expect(await running.ended).toBe(3);
  await vi.waitFor(() => expect(onUnexpectedEnd).toHaveBeenCalledWith(running));
});

test('a tool runs to its end, and its failure is an error', async () => {
  await processes.run(script('tool', `echo made > ${folder}/tool`));
  expect(readFileSync(join(folder, 'tool'), 'utf8')).toBe('made\n');
  await expect(processes.run(script('tool', 'echo "no space left" >&2; exit 2'))).rejects.toThrow(
    /tool failed \(2\); see .*: no space left$/,
  );
});

test('a later start ends what an earlier run left, and nobody else with the same pid', async () => {
  const left = spawn('/bin/sleep', ['60'], { detached: true, stdio: 'ignore' });
  const foreign = spawn('/bin/sleep', ['60'], { detached: true, stdio: 'ignore' });
  const [leftPid = 0, foreignPid = 0] = [left.pid, foreign.pid];
  const other = join(folder, 'other');
  mkdirSync(join(other, 'pids'), { recursive: true });
  writeFileSync(join(other, 'pids', 'left'), `${leftPid} ${startTimeOf(leftPid)}\n`);
  writeFileSync(join(other, 'pids', 'foreign'), `${foreignPid} another start time\n`);

  const later = await Processes.open(other, () => {});
  expect([isAlive(leftPid), isAlive(foreignPid)]).toEqual([false, true]);
  expect(readdirSync(join(other, 'pids'))).toEqual([]);
  await later.stop();
  foreign.kill('SIGKILL');
});
