import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildAll } from '../../../scripts/build.ts';

/** Outside of the project, where no `node_modules` is found. */
let folder: string;
let bytes: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nami-bundle-'));
  const [operator] = await buildAll(folder);
  bytes = operator?.bytes ?? 0;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the bundle in an empty environment until it gives up. */
function run(environment: Record<string, string>): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { HOME: folder, NAMI_PORT: '0', ...environment }, timeout: 15_000 };
    execFile(process.execPath, [join(folder, 'operator.mjs')], options, (error, stdout, stderr) =>
      resolve({ code: error?.code, output: stdout + stderr }),
    );
  });
}

function kubeconfig(cluster: object): string {
  const file = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

test('the operator needs nothing but Node, and says in one line what it lacks', async () => {
  expect(await run({})).toEqual({
    code: 1,
    output: expect.stringMatching(/^nami-operator: AWS_REGION is not set: [^\n]*\n$/),
  });
});

test('it reads a kubeconfig and speaks to the API server that it names', async () => {
  const KUBECONFIG = kubeconfig({ server: 'https://127.0.0.1:1' });
  expect(await run({ AWS_REGION: 'eu-central-1', KUBECONFIG })).toEqual({
    code: 1,
    output: expect.stringMatching(
      /^nami-operator: Kubernetes API server [^\n]*: nothing listens there[^\n]*\n$/,
    ),
  });
});

test('what is left out of it is refused by name', async () => {
  const KUBECONFIG = kubeconfig({ server: 'https://127.0.0.1:1', 'proxy-url': 'socks5://127.0.0.1:1' });
  expect(await run({ AWS_REGION: 'eu-central-1', KUBECONFIG })).toEqual({
    code: 1,
    output: expect.stringMatching(/^nami-operator: [^\n]*SOCKS isn't supported[^\n]*\n$/),
  });
});

// Each 100 KiB cost about 1 MB of memory. A jump means that a dependency has moved what is left out of the bundle.
test('it stays small', () => expect(bytes).toBeLessThan(1_840 * 1024));
