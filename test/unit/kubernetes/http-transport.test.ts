import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { FencedError } from '../../../src/fence.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { connect } from '../../../src/kubernetes/connect.ts';
import { Credentials } from '../../../src/kubernetes/credentials.ts';
import { HttpTransport } from '../../../src/kubernetes/http-transport.ts';
import { readProxies } from '../../../src/proxies.ts';
import { certificate as certificateIn, connectProxy, listen } from '../connect-proxy.ts';
import { FakeClock } from '../fake-clock.ts';
import { kettle, kettles } from './kettles.ts';

const ref = { namespace: 'kitchen', name: 'red' };
let folder: string;
const opened: { close(): unknown }[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nami-transport-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function serve(server: Server): Promise<{ url: string; connections: () => number }> {
  const { address, ...rest } = await listen(server);
  opened.push(rest);
  return { ...rest, url: address };
}

async function throughProxy(onwardTo: string): Promise<{ url: string; tunnels: string[] }> {
  const proxy = await connectProxy(onwardTo);
  opened.push(proxy);
  return { url: `http://${proxy.address}`, tunnels: proxy.tunnels };
}

function serveHttp(listener: RequestListener) {
  return serve(createServer(listener));
}

let files = 0;

function write(content: string, name = `file-${files++}`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function kubeconfig(server: string, more: { cluster?: object; user?: object } = {}): string {
  return write(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server, ...more.cluster } }],
      users: [{ name: 'u', user: more.user ?? { token: 'sesame' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'kitchen' } }],
      'current-context': 'x',
    }),
  );
}

function clientFor(config: string, clock = new FakeClock()) {
  const { client } = connect({ clock, kubeconfig: config });
  opened.push(client);
  return { client, clock };
}

describe('connections', () => {
  // client-node opens one for each request. The second: a connection is free one turn of the event loop after the
  // body's end, so a call made at once in between may open another.
  test('are kept: 100 requests in a row take one or two, 100 at once a bounded number', async () => {
    const { url, connections } = await serveHttp((_, response) =>
      response.end(JSON.stringify(kettle('red', 1))),
    );
    const { client } = clientFor(kubeconfig(`http://${url}`));
    for (let count = 0; count < 100; count += 1) await client.get(kettles, ref);
    expect(connections()).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 100 }, () => client.get(kettles, ref)));
    expect(connections()).toBeLessThanOrEqual(64);
  });

  test('are kept after a refusal too', async () => {
    const { url, connections } = await serveHttp((_, response) => response.writeHead(404).end('{}'));
    const { client } = clientFor(kubeconfig(`http://${url}`));
    for (let count = 0; count < 10; count += 1) await client.get(kettles, ref).catch(() => {});
    expect(connections()).toBeLessThanOrEqual(2);
  });

  test('carry the base path, token and user agent, over plain http as well', async () => {
    const seen: unknown[] = [];
    const { url } = await serveHttp((request, response) => {
      seen.push(request.url, request.headers.authorization, request.headers['user-agent']);
      response.end('{}');
    });
    const { client } = clientFor(kubeconfig(`http://${url}/clusters/one/`));
    await client.get(kettles, ref);
    expect(seen).toEqual([
      '/clusters/one/apis/test.nami.dev/v1/namespaces/kitchen/kettles/red',
      'Bearer sesame',
      'nami-operator',
    ]);
  });

  test('that break while an answer is read are named as such', async () => {
    const { url } = await serveHttp((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"half":');
      setTimeout(() => response.destroy(), 20);
    });
    const { client } = clientFor(kubeconfig(`http://${url}`));
    await expect(client.get(kettles, ref)).rejects.toMatchObject({
      name: 'ServerUnreachableError',
      message: expect.stringContaining(`Kubernetes API server http://${url}: the connection failed`),
    });
  });

  test('give up at the deadline, by the clock that was given', async () => {
    const { url } = await serveHttp(() => {});
    const { client, clock } = clientFor(kubeconfig(`http://${url}`));
    const got = client.get(kettles, ref, { deadlineSeconds: 3 });
    await expect(clock.until(got)).rejects.toThrow('no answer within 3 s');
  });
});

describe('a server that is not there', () => {
  test('is one line with its URL and what to do', async () => {
    const { url } = await serveHttp(() => {});
    await opened.pop()?.close();
    const { client } = clientFor(kubeconfig(`http://${url}`));
    await expect(client.get(kettles, ref)).rejects.toMatchObject({
      name: 'ServerUnreachableError',
      message: `Kubernetes API server http://${url}: nothing listens there; check that it runs and that KUBECONFIG names the right cluster (connect ECONNREFUSED ${url})`,
    });
  });
});

describe('a token', () => {
  test('that changes in its file is picked up, at once where the old one is refused', async () => {
    let valid = 'first';
    const seen: (string | undefined)[] = [];
    const { url } = await serveHttp((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(request.headers.authorization === `Bearer ${valid}` ? 200 : 401).end('{}');
    });
    const tokenFile = write('first\n', 'token');
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
    const { client, clock } = clientFor(kubeconfig(`http://${url}`, { user }));
    await client.get(kettles, ref);

    valid = 'second';
    write('second\n', 'token');
    await clock.advance(15_000);
    await client.get(kettles, ref);
    expect(seen).toEqual(['Bearer first', 'Bearer first', 'Bearer second']);

    // Where reading it again doesn't help, a 401 is a 401, and isn't tried twice each time.
    valid = 'third';
    await expect(client.get(kettles, ref)).rejects.toMatchObject({ status: 401 });
    expect(seen).toHaveLength(4);
  });

  test('comes from an exec plugin, which the deadline holds for', async () => {
    const { url } = await serveHttp((request, response) => response.end(JSON.stringify(request.headers)));
    const credential = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      status: { token: 't' },
    });
    const user = { exec: { command: 'echo', args: [credential] } };
    const { client } = clientFor(kubeconfig(`http://${url}`, { user }), new FakeClock());
    expect(await client.get(kettles, ref)).toMatchObject({ authorization: 'Bearer t' });

    const slow = clientFor(
      kubeconfig(`http://${url}`, { user: { exec: { command: 'sleep', args: ['2'] } } }),
    );
    await expect(slow.clock.until(slow.client.get(kettles, ref))).rejects.toThrow('no answer within 30 s');
  });

  test('from a plugin that fails is one line that says whose', async () => {
    const user = { exec: { command: '/no/such/plugin' } };
    const { client } = clientFor(kubeconfig('http://127.0.0.1:1', { user }));
    await expect(client.get(kettles, ref)).rejects.toMatchObject({
      name: 'KubeconfigError',
      message: expect.stringMatching(
        /^the credentials of user "u" can't be had: spawn \/no\/such\/plugin ENOENT$/,
      ),
    });
  });
});

describe('TLS', () => {
  const certificate = (name: string) => certificateIn(folder, name);

  test('takes authority and client certificate from the kubeconfig, and follows when they change', async () => {
    const [server, one, two] = [certificate('server'), certificate('one'), certificate('two')];
    const options = {
      key: readFileSync(server.key),
      cert: readFileSync(server.cert),
      requestCert: true,
      rejectUnauthorized: false,
      allowHTTP1: true,
    };
    const clients: unknown[] = [];
    const { url, connections } = await serve(
      createSecureServer(options, (request, response) => {
        clients.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN, request.httpVersion);
        response.end('{}');
      }),
    );
    const [certFile, keyFile] = [
      write(readFileSync(one.cert, 'utf8'), 'client.crt'),
      write(readFileSync(one.key, 'utf8'), 'client.key'),
    ];
    const config = kubeconfig(`https://${url}`, {
      cluster: { 'certificate-authority': server.cert },
      user: { 'client-certificate': certFile, 'client-key': keyFile },
    });
    const { client, clock } = clientFor(config);
    // Certificates that are read again and are the same keep their connection. (`advance` lets it become free.)
    for (let count = 0; count < 3; count += 1) {
      await client.get(kettles, ref);
      await clock.advance(11_000);
    }
    expect(connections()).toBe(1);

    write(readFileSync(two.cert, 'utf8'), 'client.crt');
    write(readFileSync(two.key, 'utf8'), 'client.key');
    await clock.advance(11_000);
    await client.get(kettles, ref);
    // HTTP/1.1, although the server offers HTTP/2.
    expect(clients).toEqual(['one', '1.1', 'one', '1.1', 'one', '1.1', 'two', '1.1']);
  });

  test('goes through the proxy of the kubeconfig in one tunnel', async () => {
    const { key, cert } = certificate('behind');
    const tls = { key: readFileSync(key), cert: readFileSync(cert) };
    const server = await serve(createTlsServer(tls, (_, response) => response.end('{}')));
    const { url, tunnels } = await throughProxy(server.url);
    const cluster = { 'certificate-authority': cert, 'proxy-url': url };
    const { client } = clientFor(kubeconfig(`https://${server.url}`, { cluster }));
    for (let count = 0; count < 3; count += 1) await client.get(kettles, ref);
    expect(tunnels).toEqual([server.url]);
  });

  describe('through the proxy of the environment', () => {
    const behind = async (server: (address: string) => string, noProxy: string, more: object = {}) => {
      const { key, cert } = certificate('behind');
      const tls = { key: readFileSync(key), cert: readFileSync(cert) };
      const { url: address } = await serve(createTlsServer(tls, (_, response) => response.end('{}')));
      const { url, tunnels } = await throughProxy(address);
      const cluster = { 'insecure-skip-tls-verify': true, ...more };
      const proxies = readProxies({ HTTPS_PROXY: url, NO_PROXY: noProxy });
      const { client } = connect({
        clock: new FakeClock(),
        proxies,
        kubeconfig: kubeconfig(`https://${server(address)}`, { cluster }),
      });
      opened.push(client);
      const answer = await client.get(kettles, ref).then(
        () => 'answered',
        (error: Error) => error.message,
      );
      return { answer, tunnels };
    };

    test('an API server is reached, in one tunnel', async () => {
      const { answer, tunnels } = await behind(() => 'kube.example:6443', '');
      expect({ answer, tunnels }).toEqual({ answer: 'answered', tunnels: ['kube.example:6443'] });
    });

    test.each([
      ['its name', () => 'kube.example.invalid:6443', 'example.invalid', /no such host/],
      ['its range', (address: string) => address.replace('127.0.0.1', '0.0.0.0'), '0.0.0.0/8', /^answered$/],
      [
        'its range of IPv6',
        (address: string) => address.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
        '::ffff:0:0/96',
        /^answered$/,
      ],
    ])('none is reached whose address NO_PROXY holds by %s', async (_, server, noProxy, answer) => {
      expect(await behind(server, noProxy)).toEqual({ answer: expect.stringMatching(answer), tunnels: [] });
    });

    test('none is reached that is on this machine', async () => {
      expect(await behind((address) => address, '')).toEqual({ answer: 'answered', tunnels: [] });
    });

    test('none is reached that has a proxy in its kubeconfig', async () => {
      const own = await serveHttp(() => {});
      const { answer, tunnels } = await behind(() => 'kube.example:6443', '', {
        'proxy-url': `http://${own.url}`,
      });
      expect(tunnels).toEqual([]);
      expect(own.connections()).toBe(1);
      expect(answer).not.toBe('answered');
    });

    test('that refuses, it is said what to set', async () => {
      const { url } = await serve(
        createServer().on('connect', (_, socket) => socket.end('HTTP/1.1 403 No\r\n\r\n')),
      );
      const { client } = connect({
        clock: new FakeClock(),
        proxies: readProxies({ HTTPS_PROXY: `http://user:hunter2@${url}` }),
        kubeconfig: kubeconfig('https://kube.example:6443'),
      });
      opened.push(client);
      const refused = client.get(kettles, ref);
      await expect(refused).rejects.toThrow(/the proxy doesn't lead there; .* name it in NO_PROXY/);
      await expect(refused).rejects.not.toThrow(/hunter2/);
    });
  });

  test('names an authority that is missing', async () => {
    const { key, cert } = certificate('unknown');
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, () => {});
    const { url } = await serve(server);
    const { client } = clientFor(kubeconfig(`https://${url}`));
    await expect(client.get(kettles, ref)).rejects.toMatchObject({
      name: 'ServerUnreachableError',
      message: expect.stringContaining(
        "its certificate isn't trusted; set certificate-authority in KUBECONFIG",
      ),
    });
  });
});

describe('a kubeconfig', () => {
  test('that is missing, broken or lacks the context is one line that says what to do', () => {
    const clock = new FakeClock();
    const load = (choice: { kubeconfig: string; context?: string }) => () => new Credentials(clock, choice);
    expect(load({ kubeconfig: '/no/such/config' })).toThrow(
      /^the kubeconfig \/no\/such\/config can't be used \(ENOENT[^\n]*: set KUBECONFIG to one that can$/,
    );
    expect(load({ kubeconfig: write('clusters: [') })).toThrow(
      /^the kubeconfig [^\n]* can't be used [^\n]*$/,
    );
    expect(load({ kubeconfig: kubeconfig('http://h'), context: 'y' })).toThrow(
      /has no cluster for the context "y": choose one of x$/,
    );
  });

  test('gives the namespace of its context', () => {
    const { namespace } = connect({ clock: systemClock, kubeconfig: kubeconfig('http://127.0.0.1:1') });
    expect(namespace).toBe('kitchen');
  });
});

test('a second client can have connections of its own with the same credentials', async () => {
  const { url, connections } = await serveHttp((_, response) => response.end('{}'));
  const credentials = new Credentials(systemClock, { kubeconfig: kubeconfig(`http://${url}`) });
  for (let count = 0; count < 2; count += 1) {
    const transport = new HttpTransport(credentials);
    const client = new KubernetesClient({ transport, clock: systemClock, deadlineSeconds: 5 });
    opened.push(client);
    await client.get(kettles, ref);
  }
  expect(connections()).toBe(2);
});

test('nothing goes out past a fence that is shut, also when it is shut while the credentials are fetched', async () => {
  let requests = 0;
  const { url } = await serveHttp((_, response) => {
    requests += 1;
    response.end('{}');
  });
  let isShut = false;
  const fence = {
    check: () => {
      if (isShut) throw new FencedError('another leads');
    },
  };
  const another = connect({ clock: systemClock, kubeconfig: kubeconfig(`http://${url}`) }).another({ fence });
  opened.push(another);
  await another.get(kettles, ref);
  isShut = true;
  await expect(another.get(kettles, ref)).rejects.toThrow('another leads');
  isShut = false;
  const begun = another.get(kettles, ref);
  isShut = true;
  await expect(begun).rejects.toThrow('another leads');
  expect(requests).toBe(1);
});
