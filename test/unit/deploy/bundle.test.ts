import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../local/ports.ts';
import { buildAll } from '../../../scripts/build.ts';
import { SENDERS } from '../../../src/senders/senders.ts';

/** Outside of the project, where no `node_modules` is found. */
let folder: string;
let bytes: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nami-bundle-'));
  const [operator] = await buildAll(folder);
  bytes = operator?.bytes ?? 0;
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the bundle in an empty environment until it gives up. */
function run(
  environment: Record<string, string>,
  program = 'operator.mjs',
): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { HOME: folder, NAMI_PORT: '0', ...environment }, timeout: 15_000 };
    execFile(process.execPath, [join(folder, program)], options, (error, stdout, stderr) =>
      resolve({ code: error?.code, output: stdout + stderr }),
    );
  });
}

function kubeconfig(cluster: object, user: object = { token: 't' }): string {
  const file = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
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

test.each([
  ['azure', 'kubelogin'],
  ['gcp', 'gke-gcloud-auth-plugin'],
])('so is the auth-provider %s, with what took its place', async (name, plugin) => {
  const KUBECONFIG = kubeconfig({ server: 'https://127.0.0.1:1' }, { 'auth-provider': { name, config: {} } });
  expect(await run({ AWS_REGION: 'eu-central-1', KUBECONFIG })).toEqual({
    code: 1,
    output: expect.stringMatching(new RegExp(`^nami-operator: [^\\n]*"${name}"[^\\n]*${plugin}\\n$`)),
  });
});

// Each 100 KiB cost about 1 MB of memory. A jump means that a dependency has moved what is left out of the bundle.
test('it stays small', () => expect(bytes).toBeLessThan(2_350 * 1024));

test('it knows how senders sign, and not what their pages tell', () => {
  const text = readdirSync(folder)
    .filter((file) => file.startsWith('operator'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('');
  const { scheme, title, note } = SENDERS.WebSub;
  expect(text).toContain(
    JSON.stringify(scheme)
      .slice(1, -1)
      .replaceAll(/"(\w+)":/g, '$1:'),
  );
  expect(text).not.toContain(title);
  expect(text).not.toContain(note);
});

/** An API server that takes connections and never answers. */
async function silentServer(): Promise<{ url: string; asked: Promise<void>; close: () => void }> {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const server = createServer(() => resolve()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, close: () => server.closeAllConnections() };
}

test('while it starts it is alive and not ready, and SIGTERM ends it at once', async () => {
  const silent = await silentServer();
  const port = await freePort();
  const env = {
    HOME: folder,
    AWS_REGION: 'eu-central-1',
    KUBECONFIG: kubeconfig({ server: silent.url }),
    NAMI_PORT: String(port),
  };
  const operator = spawn(process.execPath, [join(folder, 'operator.mjs')], { env, stdio: 'inherit' });
  const ended = once(operator, 'exit');
  try {
    await silent.asked;
    const probe = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return [answer.status, await answer.text()];
    };
    expect(await probe('/healthz')).toEqual([200, 'ok\n']);
    expect(await probe('/readyz')).toEqual([503, 'the operator starts\n']);

    operator.kill('SIGTERM');

    expect(await ended).toEqual([0, null]);
  } finally {
    operator.kill('SIGKILL');
    silent.close();
  }
});

test('it waits for signals before it loads or does anything else', async () => {
  const preload = `const { on } = process;
    process.on = function (event, ...rest) {
      if (event !== 'SIGTERM') return on.call(this, event, ...rest);
      console.log(process.moduleLoadList.includes('NativeModule https'));
      process.exit(0);
    };`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(preload)}`;
  expect(await run({ NODE_OPTIONS })).toMatchObject({ output: 'false\n' });
});

test('beside it is the check of the rights in AWS, which says in one line what it lacks', async () => {
  expect(await run({}, 'check.mjs')).toEqual({
    code: 1,
    output: expect.stringMatching(/^AWS_REGION is not set: [^\n]*\n$/),
  });
  const AWS = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' };
  expect(await run({ AWS_REGION: 'eu-central-1', ...AWS }, 'check.mjs')).toEqual({
    code: 1,
    output: expect.stringMatching(/^sts:GetCallerIdentity: AWS cannot be reached: [^\n]*\n$/),
  });
});
