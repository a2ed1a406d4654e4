import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyCrds } from '../../local/crds.ts';
import { kubectl } from '../../local/kubectl.ts';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';

const run = promisify(execFile);
let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack({ folder: '.nami/test-start' });
});
afterAll(async () => await stack?.stop());

/** Starts the operator with these settings over the stack's and answers how it ended. */
async function start(settings: Record<string, string | undefined>): Promise<{ code: number; said: string }> {
  const env = { PATH: dirname(process.execPath), ...stack.environment, ...settings };
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  try {
    await run(process.execPath, ['dist/operator.mjs'], { env: given, timeout: 45_000 });
    return { code: 0, said: '' };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: `${stdout}${stderr}`.trim() };
  }
}

describe('an operator that can not start ends with a code and one line that says what to do', () => {
  test('without the custom resource definition', async () => {
    const { code, said } = await start({});
    expect(code).toBe(1);
    expect(said).toBe(
      'nami-operator: the cluster does not know WebhookPipeline: install the chart with crds.enabled, or the custom resource definition first (kubectl apply --server-side -f crds/; a chart that shall take it over later needs helm --take-ownership)',
    );
  });

  test('without a region', async () => {
    const { code, said } = await start({ AWS_REGION: undefined });
    expect(code).toBe(1);
    expect(said).toMatch(/^nami-operator: AWS_REGION is not set: set it to the region .*$/);
  });

  test('with a setting that can not be', async () => {
    const { code, said } = await start({ NAMI_NETWORK_CIDR: '10.0.0.0/8', NAMI_WORKERS: 'many' });
    expect(code).toBe(1);
    expect(said.split('\n')).toHaveLength(2);
    expect(said).toContain('NAMI_NETWORK_CIDR cannot be used: it must be an IPv4 range between /16 and /24');
    expect(said).toContain('NAMI_WORKERS');
  });

  test('with an API server that is not there', async () => {
    const config = JSON.parse(await kubectl(stack, 'config', 'view', '--raw', '-o', 'json'));
    config.clusters[0].cluster.server = 'https://127.0.0.1:9';
    const file = join(stack.folder, 'kubeconfig-nowhere');
    writeFileSync(file, JSON.stringify(config));

    const { code, said } = await start({ KUBECONFIG: file });

    expect(code).toBe(1);
    expect(said.split('\n')).toHaveLength(1);
    expect(said).toContain('https://127.0.0.1:9');
  });

  test('with a kubeconfig that is not there', async () => {
    const { code, said } = await start({ KUBECONFIG: '/nowhere/kubeconfig' });
    expect(code).toBe(1);
    expect(said.split('\n')).toHaveLength(1);
    expect(said).toContain('/nowhere/kubeconfig');
  });
});

describe('an operator without AWS runs, and every pipeline says why', () => {
  test.each([
    [
      'no credentials',
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_EC2_METADATA_DISABLED: 'true' },
      'CredentialsInvalid',
    ],
    ['an endpoint that is not there', { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, 'AWSUnreachable'],
  ])('%s', async (what, settings, reason) => {
    await applyCrds(stack);
    const name = what.replaceAll(' ', '-');
    const manifest = {
      apiVersion: 'nami.dev/v1alpha1',
      kind: 'WebhookPipeline',
      metadata: { name, namespace: 'default' },
      spec: {},
    };
    const file = join(stack.folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(manifest));
    await kubectl(stack, 'apply', '-f', file);

    const env = { PATH: dirname(process.execPath), ...stack.environment, ...settings };
    const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
    const operator = await stack.processes.start({
      name: `operator-${name}`,
      command: process.execPath,
      args: ['dist/operator.mjs'],
      environment: given,
    });
    try {
      const path = `jsonpath={.status.conditions[?(@.type=="Ready")].reason}=${reason}`;
      await kubectl(stack, 'wait', `--for=${path}`, `whp/${name}`, '--timeout=60s');
      expect(operator.isRunning).toBe(true);
    } finally {
      await operator.stop();
    }
  });
});

test('an operator that is asked to stop ends in good order', async () => {
  const operator = await stack.processes.start({
    name: 'operator-stopping',
    command: process.execPath,
    args: ['dist/operator.mjs'],
    environment: { PATH: dirname(process.execPath), ...stack.environment },
    ready: async () => (await kubectl(stack, 'get', 'whp', '-o', 'name')).length > 0,
  });
  await new Promise((resolve) => setTimeout(resolve, 2000));

  process.kill(operator.pid, 'SIGTERM');

  expect(await operator.ended).toBe(0);
  await operator.stop();
});
