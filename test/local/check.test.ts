import { execFile } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';

/** The check that `helm test` runs, as it is built, against emulated AWS. */

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack({ folder: '.nami/test-check' });
});
beforeEach(() => stack.proxy.clear());
afterAll(() => stack?.stop());

function check(): Promise<{ code: number; lines: string[] }> {
  const env = { PATH: process.env.PATH, HOME: stack.folder, ...stack.environment };
  return new Promise((resolve) =>
    execFile(process.execPath, ['dist/check.mjs'], { env, timeout: 120_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      resolve({ code, lines: (stdout + stderr).trim().split('\n') });
    }),
  );
}

test('says as whom AWS answers, and that nothing is missing, and asks for no change but to have it tried', async () => {
  const { code, lines } = await check();
  expect(lines).toEqual([
    expect.stringMatching(/^AWS answers in us-east-1: account 123456789012, as arn:aws:/),
    expect.stringMatching(/^rights: \d+ there, 0 missing, 0 without an answer, \d+ not checked$/),
    expect.stringMatching(/^not checked, for nothing harmless tells: /),
    // The emulator has no simulator of policies.
    expect.stringMatching(/^grant iam:SimulatePrincipalPolicy on the role/),
  ]);
  expect(code).toBe(0);
  // Each with DryRun, as the unit test shows.
  const changes = stack.proxy.calls.filter(({ mutating }) => mutating).map(({ action }) => action);
  expect(new Set(changes)).toEqual(new Set(['CreateInternetGateway', 'CreateVolume', 'CreateVpc']));
});

test('names what AWS denies, and fails', async () => {
  const denied = (service: string, action: string, code: string, message: string) =>
    stack.proxy.inject({ kind: 'error', service, action, status: 403, code, message, times: 9 });
  denied('ec2', 'DescribeVpcs', 'UnauthorizedOperation', 'You are not authorized to perform this operation.');
  const said = 'x is not authorized to perform: lambda:ListFunctions on resource: *';
  denied('lambda', 'ListFunctions', 'AccessDeniedException', said);
  const { code, lines } = await check();
  expect(code).toBe(1);
  expect(lines.filter((line) => line.startsWith('missing: ')).map((line) => line.split(' ')[1])).toEqual([
    'ec2:DescribeVpcs',
    'lambda:ListFunctions',
  ]);
});
