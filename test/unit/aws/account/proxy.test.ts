import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificate, connectProxy, type Listening, listen } from '../../connect-proxy.ts';

const STS = 'sts.eu-central-1.amazonaws.com';
const ANSWER =
  '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';

const folder = mkdtempSync(join(tmpdir(), 'nami-proxy-'));
let files: ReturnType<typeof certificate>;
let sts: Listening;
let proxy: Awaited<ReturnType<typeof connectProxy>>;

beforeAll(async () => {
  files = certificate(folder, 'sts', STS);
  const tls = { key: readFileSync(files.key), cert: readFileSync(files.cert) };
  sts = await listen(createServer(tls, (_, response) => response.end(ANSWER)));
  proxy = await connectProxy(sts.address);
});
afterAll(() => {
  proxy?.close();
  sts?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** In a process of its own, for only such a one takes another certificate authority. */
async function open(environment: Record<string, string>): Promise<string> {
  const src = new URL('../../../../src/', import.meta.url);
  const program = `
    import { openAccount } from '${src}aws/account/account.ts';
    import { systemClock } from '${src}clock.ts';
    import { readProxies } from '${src}proxies.ts';
    const opening = openAccount('eu-central-1', { clock: systemClock, rateShare: 1, proxies: readProxies(process.env) });
    console.log(await opening.then(({ accountId }) => accountId, ({ code }) => code));
    process.exit();`;
  const env = {
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 's',
    NODE_EXTRA_CA_CERTS: files.cert,
    HTTPS_PROXY: `http://${proxy.address}`,
    ...environment,
  };
  const args = ['--input-type=module', '--eval', program];
  return (await promisify(execFile)(process.execPath, args, { env })).stdout.trim();
}

test('AWS is reached through the proxy that the environment names', async () => {
  expect(await open({})).toBe('123456789012');
  expect(proxy.tunnels).toEqual([`${STS}:443`]);
});

test('an endpoint that NO_PROXY names is reached directly', async () => {
  const before = proxy.tunnels.length;
  const AWS_ENDPOINT_URL = `https://${sts.address.replace('127.0.0.1', '0.0.0.0')}`;
  const direct = open({ AWS_ENDPOINT_URL, NO_PROXY: '0.0.0.0/8', NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  expect(await direct).toBe('123456789012');
  expect(proxy.tunnels).toHaveLength(before);
});
