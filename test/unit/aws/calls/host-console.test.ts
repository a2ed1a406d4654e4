import { expect, test } from 'vitest';
import { consoleOf } from '../../../../src/aws/calls/host-console.ts';
import { refuse, scripted } from '../kinds/scripted-account.ts';

const output = (text: string) => ({ Output: Buffer.from(text).toString('base64') });

test('what a host says is read as new as there is', async () => {
  const run = scripted({ GetConsoleOutput: () => output('nami: pulls the image') });
  expect(await consoleOf(run.account, 'i-1')).toBe('nami: pulls the image');
  expect(run.inputs('GetConsoleOutput')).toEqual([{ InstanceId: 'i-1', Latest: true }]);
});

test('a machine on Xen tells what it said a while ago', async () => {
  const run = scripted({
    GetConsoleOutput: ({ Latest }: { Latest?: boolean }) =>
      Latest ? refuse('UnsupportedOperation') : output('older'),
  });
  expect(await consoleOf(run.account, 'i-1')).toBe('older');
});

test('nothing may be there yet', async () => {
  expect(await consoleOf(scripted({ GetConsoleOutput: () => ({}) }).account, 'i-1')).toBe('');
});

test('what else keeps it from being read is told', async () => {
  const run = scripted({ GetConsoleOutput: () => refuse('UnauthorizedOperation') });
  await expect(consoleOf(run.account, 'i-1')).rejects.toThrow();
});
