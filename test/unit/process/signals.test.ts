import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const FILE = new URL('../../../src/process/signals.ts', import.meta.url).href;

/** What a program says that is told to end while it is busy, and how it ends. */
function run(afterwards: string) {
  const program = `
    import { onEnd } from '${FILE}';
    const busy = setTimeout(() => process.exit(3), 5000);
    process.kill(process.pid, 'SIGTERM');
    // What comes next is done before the signal is told.
    ${afterwards}
  `;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  return { status, said: stdout.trim() };
}

test('a signal that comes before there is work ends the process at once', () => {
  expect(run('')).toEqual({ status: 0, said: '' });
});

test('a signal that comes just before another end is asked for leads to that one', () => {
  expect(run(`onEnd((signal) => { console.log(signal); process.exit(0); });`)).toEqual({
    status: 0,
    said: 'SIGTERM',
  });
});

test('a second copy of the file takes over what the first has heard', () => {
  const copy = `const { onEnd: other } = await import('${FILE}?copy'); other((signal) => { console.log(signal); process.exit(0); });`;
  expect(run(copy).status).toBe(0);
});

test('the second signal ends what hangs', () => {
  expect(run(`onEnd(() => process.kill(process.pid, 'SIGTERM'));`)).toEqual({ status: 1, said: '' });
});
