import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createPlainServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { POST_QUEUE_ENV, STORE_SERVER_NAME } from '../../../../handlers/contract.ts';
import { connect } from '../../../../handlers/post-queue/connection.ts';
import { probeStore } from '../../../../handlers/post-queue/probe.ts';
import { readSettings } from '../../../../handlers/post-queue/settings.ts';
import { certificateOf, makeAuthority } from '../../../../src/store-authority.ts';

const folder = mkdtempSync(join(tmpdir(), 'nami-tls-'));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

const authority = () => makeAuthority('Nami store', Buffer.alloc(15, 1), Date.now());
const OWN = await authority();

/** A certificate with its key, signed by an authority. */
function signed(by: string, { name = STORE_SERVER_NAME, days = 1 } = {}): string {
  const at = (file: string) => join(folder, file);
  writeFileSync(at('authority.pem'), by);
  writeFileSync(at('extensions'), `subjectAltName = DNS:${name}\n`);
  const openssl = (...args: string[]) => {
    const { status, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (error || status !== 0) throw new Error(`openssl is needed for this test: ${error ?? stderr}`);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('key.pem')];
  openssl('req', '-new', ...key, '-subj', `/CN=${name}`, '-out', at('request'));
  const signer = ['-CA', at('authority.pem'), '-CAkey', at('authority.pem'), '-set_serial', '5'];
  const ext = ['-extfile', at('extensions'), '-days', String(days)];
  openssl('x509', '-req', '-in', at('request'), ...signer, ...ext, '-out', at('certificate.pem'));
  return readFileSync(at('key.pem'), 'utf8') + readFileSync(at('certificate.pem'), 'utf8');
}

/** A server that greets by TLS, and hears what is said to it afterwards. */
async function serving(certificate: string) {
  const heard = vi.fn();
  const server = createServer({ key: certificate, cert: certificate }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      heard(bytes);
      socket.destroy();
    });
  });
  server.on('tlsClientError', () => {});
  return { heard, port: await listen(server) };
}

async function listen(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What the function's probe says of the server on a port. */
async function probed(port: number, tls: boolean) {
  const settings = readSettings({
    [POST_QUEUE_ENV.storeUri]: `mongodb://nami:hunter2@127.0.0.1:${port}/?authSource=admin&directConnection=true&tls=${tls}`,
    [POST_QUEUE_ENV.database]: 'nami',
    [POST_QUEUE_ENV.collection]: 'events',
    [POST_QUEUE_ENV.managed]: 'true',
    [POST_QUEUE_ENV.storeAuthority]: certificateOf(OWN),
  });
  const connection = connect(settings, vi.fn(), import.meta.url);
  if (connection.kind === 'broken') throw new Error('broken');
  try {
    return await probeStore(connection);
  } finally {
    await connection.client.close();
  }
}

// Beforehand: while one is made, nothing else goes on.
const RIGHT = signed(OWN);
const REFUSED = [
  ['another authority', signed(await authority()), 'other-authority'],
  ['an end that has passed', signed(OWN, { days: -1 }), 'ended'],
  ['another name', signed(OWN, { name: 'store.example' }), 'other-name'],
] as const;

// Each waits for the driver to give up.
describe.concurrent('a managed store that speaks TLS', () => {
  test('is spoken to when its own authority has signed for it, whatever its address', async () => {
    const { port, heard } = await serving(RIGHT);
    expect(await probed(port, true)).not.toHaveProperty('fault');
    expect(heard).toHaveBeenCalled();
  });

  test.each(REFUSED)('is told nothing when its certificate has %s, and why', async (_, certificate, tls) => {
    const { port, heard } = await serving(certificate);
    expect(await probed(port, true)).toMatchObject({ reachable: false, fault: tls });
    expect(heard).not.toHaveBeenCalled();
  });
});

describe('a managed store that speaks none', () => {
  test('is told nothing where it should: not even a login is tried', async () => {
    const { port, heard } = await plain();
    expect(await probed(port, true)).toMatchObject({ reachable: false });
    // A TLS handshake (RFC 8446: record type 22), and nothing else.
    expect(heard.mock.calls.map(([bytes]) => (bytes as Buffer)[0])).toEqual(heard.mock.calls.map(() => 22));
    expect(heard).toHaveBeenCalled();
  });

  test('is spoken to without where its URI says so, whatever authority stands beside', async () => {
    const { port, heard } = await plain();
    await probed(port, false);
    expect(String(heard.mock.calls[0]?.[0])).toContain('hello');
  });
});

/** A server that knows no TLS. */
async function plain() {
  const heard = vi.fn();
  const server = createPlainServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      heard(bytes);
      socket.destroy();
    });
  });
  return { heard, port: await listen(server) };
}
