import { describe, expect, test } from 'vitest';
import { KubernetesClient, type WatchEvent } from '../../../src/kubernetes/client.ts';
import { isGone, KubernetesApiError, ServerUnreachableError } from '../../../src/kubernetes/errors.ts';
import { FakeClock } from '../fake-clock.ts';
import { type Kettle, kettle, kettles } from './kettles.ts';
import { type Answer, ScriptedTransport } from './scripted-transport.ts';

function clientOver(script: ConstructorParameters<typeof ScriptedTransport>[0]) {
  const clock = new FakeClock();
  const transport = new ScriptedTransport(script);
  return { clock, transport, client: new KubernetesClient({ transport, clock }) };
}

const ref = { namespace: 'kitchen', name: 'red' };

function status(code: number, reason: string, message: string): Answer {
  return { status: code, json: { kind: 'Status', code, reason, message } };
}

describe('a request', () => {
  test('goes to the path of its type', async () => {
    const { client, transport } = clientOver(() => ({ json: kettle('red', 1) }));
    await client.get(kettles, ref);
    await client.list(kettles, { labelSelector: 'a=b', limit: 5 });
    await client.delete(kettles, ref, { uid: 'u' });
    expect(transport.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /apis/test.nami.dev/v1/namespaces/kitchen/kettles/red',
      'GET /apis/test.nami.dev/v1/kettles?labelSelector=a%3Db&limit=5',
      'DELETE /apis/test.nami.dev/v1/namespaces/kitchen/kettles/red',
    ]);
    expect(transport.requests[2]?.body).toBe('{"preconditions":{"uid":"u"}}');
  });

  // Server-side apply is told by its media type alone, and needs apiVersion and kind in the body.
  test('to apply says manager, force, media type, apiVersion and kind', async () => {
    const { client, transport } = clientOver(() => ({ json: kettle('red', 1) }));
    await client.apply(
      kettles,
      { metadata: ref, status: { a: 1 } },
      { fieldManager: 'nami', subresource: 'status' },
    );
    const [request] = transport.requests;
    expect(request?.path).toBe(
      '/apis/test.nami.dev/v1/namespaces/kitchen/kettles/red/status?fieldManager=nami&force=true',
    );
    expect(request?.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ apiVersion: 'test.nami.dev/v1', kind: 'Kettle' });
  });

  // The generated clients default to JSON patch or strategic merge, which is wrong for custom resources.
  test('to patch is a merge patch', async () => {
    const { client, transport } = clientOver(() => ({ json: kettle('red', 1) }));
    await client.patch(kettles, ref, { metadata: { annotations: null } });
    expect(transport.requests[0]?.headers['content-type']).toBe('application/merge-patch+json');
  });

  test('to replace is a PUT of the whole object, with the version that it replaces', async () => {
    const { client, transport } = clientOver(() => ({ json: kettle('red', 2) }));
    const { metadata } = kettle('red', 1);
    await client.replace(kettles, { metadata, spec: { litres: 2 } });
    const [request] = transport.requests;
    expect(`${request?.method} ${request?.path}`).toBe(
      'PUT /apis/test.nami.dev/v1/namespaces/kitchen/kettles/red',
    );
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      apiVersion: 'test.nami.dev/v1',
      kind: 'Kettle',
      metadata: { resourceVersion: '1' },
      spec: { litres: 2 },
    });
  });

  test('is told to whoever measures, each try by itself', async () => {
    const clock = new FakeClock();
    const answers: (Answer | Error)[] = [
      { ...status(429, 'TooManyRequests', 'later'), headers: { 'retry-after': '1' } },
      { json: kettle('red', 1) },
      new Error('reset'),
    ];
    const transport = new ScriptedTransport((_, index) => answers[index] ?? new Error('no more'));
    const seen: unknown[] = [];
    const client = new KubernetesClient({ transport, clock, onRequest: (request) => seen.push(request) });
    await clock.until(client.get(kettles, ref));
    await expect(client.get(kettles, ref)).rejects.toThrow('reset');
    const request = { host: 'kubernetes.test', method: 'GET', seconds: 0 };
    expect(seen).toEqual([
      { ...request, status: 429 },
      { ...request, status: 200 },
      { ...request, status: undefined },
    ]);
  });
});

describe('a refusal', () => {
  test('carries status, reason and the server’s words', async () => {
    const { client } = clientOver(() => status(403, 'Forbidden', 'kettles is forbidden'));
    await expect(client.get(kettles, ref)).rejects.toMatchObject({
      name: 'KubernetesApiError',
      status: 403,
      reason: 'Forbidden',
      message: 'kettles is forbidden',
    });
  });

  test('in plain text is shown with the request', async () => {
    const { client } = clientOver(() => ({ status: 404, chunks: ['404 page not found\n'] }));
    await expect(client.list(kettles)).rejects.toThrow(
      'GET /apis/test.nami.dev/v1/kettles: 404 404 page not found',
    );
  });

  test('429 is waited out as long as the server asks, and a little longer', async () => {
    const { client, clock, transport } = clientOver((_, index) =>
      index < 2
        ? { status: 429, headers: { 'retry-after': '3' }, chunks: ['busy'] }
        : { json: kettle('red', 1) },
    );
    const start = clock.now();
    const got = client.get(kettles, ref);
    await clock.advance(2999);
    expect(transport.requests).toHaveLength(1);
    expect((await clock.until(got)).metadata.name).toBe('red');
    expect(transport.requests).toHaveLength(3);
    expect(clock.now() - start).toBeGreaterThanOrEqual(6000);
    expect(clock.now() - start).toBeLessThanOrEqual(7500);
  });

  test('429 that asks for more than the deadline allows is given to the caller at once', async () => {
    const { client, clock } = clientOver(() => ({ status: 429, headers: { 'retry-after': '60' }, json: {} }));
    const start = clock.now();
    await expect(client.get(kettles, ref)).rejects.toMatchObject({ status: 429, retryAfterSeconds: 60 });
    expect(clock.now()).toBe(start);
  });

  test('500 is not tried again', async () => {
    const { client, transport } = clientOver(() => status(500, 'InternalError', 'oh'));
    await expect(client.create(kettles, kettle('red', 1))).rejects.toMatchObject({ status: 500 });
    expect(transport.requests).toHaveLength(1);
  });
});

describe('the deadline', () => {
  test('ends a call that is not answered, with one line that names the server', async () => {
    const { client, clock } = clientOver(() => 'never');
    const got = client.get(kettles, ref, { deadlineSeconds: 5 });
    const failure = await clock.until(got.catch((error: unknown) => error));
    expect(failure).toBeInstanceOf(ServerUnreachableError);
    expect(String(failure)).toBe(
      'ServerUnreachableError: Kubernetes API server https://kubernetes.test: no answer within 5 s; check that it is up and not overloaded',
    );
  });

  test('holds for the body too', async () => {
    const { client, clock } = clientOver(() => ({ chunks: ['{"half":'], staysOpen: true }));
    const got = client.get(kettles, ref);
    await expect(clock.until(got)).rejects.toThrow('no answer within 30 s');
  });

  test('leaves no timer behind', async () => {
    const { client, clock } = clientOver(() => ({ json: kettle('red', 1) }));
    await client.get(kettles, ref);
    expect(clock.pending).toBe(0);
  });

  test('is not the caller’s abort, whose reason comes through', async () => {
    const { client } = clientOver(() => 'never');
    const stop = new AbortController();
    const got = client.get(kettles, ref, { signal: stop.signal });
    stop.abort(new Error('stopping'));
    await expect(got).rejects.toThrow('stopping');
    await expect(client.get(kettles, ref, { signal: stop.signal })).rejects.toThrow('stopping');
  });
});

test('an answer that is not JSON is named', async () => {
  const { client } = clientOver(() => ({ chunks: ['<html>a login page'] }));
  await expect(client.get(kettles, ref)).rejects.toThrow('answered with something that isn\'t JSON ("<html>');
});

describe('a list', () => {
  test('is read page by page, each item with its kind', async () => {
    const { client, transport } = clientOver((_, index) => ({
      json: {
        metadata: { resourceVersion: '9', ...(index === 0 && { continue: 'next/1' }) },
        items: [{ metadata: { name: `k${index}` } }],
      },
    }));
    const all = await client.listAll(kettles);
    expect(all).toEqual({
      resourceVersion: '9',
      items: [
        { apiVersion: 'test.nami.dev/v1', kind: 'Kettle', metadata: { name: 'k0' } },
        { apiVersion: 'test.nami.dev/v1', kind: 'Kettle', metadata: { name: 'k1' } },
      ],
    });
    expect(transport.requests[1]?.path).toContain('continue=next%2F1');
  });

  test('whose continue token is too old is read again in one piece', async () => {
    const { client, transport } = clientOver((_, index) => {
      if (index === 1) return status(410, 'Expired', 'too old');
      const metadata = { resourceVersion: String(index), continue: index === 0 ? 'next' : '' };
      return { json: { metadata, items: [{ metadata: { name: `k${index}` } }] } };
    });
    const all = await client.listAll(kettles);
    expect(all.items.map((item) => item.metadata.name)).toEqual(['k2']);
    expect(transport.requests[2]?.path).toBe('/apis/test.nami.dev/v1/kettles');
  });
});

describe('a watch', () => {
  async function collect(answer: Answer): Promise<WatchEvent<Kettle>[]> {
    const { client } = clientOver(() => answer);
    const seen: WatchEvent<Kettle>[] = [];
    for await (const event of client.watch(kettles, { resourceVersion: '1', timeoutSeconds: 300.2 })) {
      seen.push(event);
    }
    return seen;
  }

  const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

  test('asks for bookmarks from a version on, for a time', async () => {
    const { client, transport } = clientOver(() => ({ chunks: [] }));
    await client.watch(kettles, { namespace: 'kitchen', resourceVersion: '7', timeoutSeconds: 300.2 }).next();
    expect(transport.requests[0]?.path).toBe(
      '/apis/test.nami.dev/v1/namespaces/kitchen/kettles?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=301',
    );
  });

  test('puts lines together whatever the chunks cut, also within a character', async () => {
    const object = kettle('red', 2, { status: { note: 'Größe: 水壶 🫖' } });
    const bytes = new TextEncoder().encode(
      line('ADDED', object) + line('BOOKMARK', { metadata: { resourceVersion: '5' } }),
    );
    for (const size of [1, 2, 3, 7, 64, bytes.length]) {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect(await collect({ chunks })).toEqual([
        { type: 'ADDED', object },
        { type: 'BOOKMARK', resourceVersion: '5' },
      ]);
    }
  });

  test('drops a last line that was cut off: it comes again', async () => {
    expect(
      await collect({ chunks: [line('DELETED', kettle('red', 2)), '{"type":"ADDED","obj'] }),
    ).toHaveLength(1);
  });

  test('throws the same error for 410 as a status and as an event', async () => {
    const body = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
    for (const answer of [{ status: 410, json: body }, { chunks: [line('ERROR', body)] }]) {
      const failure = await collect(answer).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(KubernetesApiError);
      expect(failure).toMatchObject({ status: 410, reason: 'Expired', message: 'too old resource version' });
      expect(isGone(failure)).toBe(true);
    }
  });

  test('outlives the deadline of its first answer, and ends with the caller’s signal', async () => {
    const { client, clock } = clientOver(() => ({ chunks: [], staysOpen: true }));
    const stop = new AbortController();
    const next = client
      .watch(kettles, { resourceVersion: '1', timeoutSeconds: 300, signal: stop.signal })
      .next();
    let isSettled = false;
    next.finally(() => (isSettled = true)).catch(() => {});
    await clock.advance(200_000);
    expect(isSettled).toBe(false);
    stop.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
  });

  test('lets its connection go when nobody reads on', async () => {
    const { client, transport } = clientOver(() => ({
      chunks: [line('ADDED', kettle('red', 2))],
      staysOpen: true,
    }));
    for await (const _ of client.watch(kettles, { resourceVersion: '1', timeoutSeconds: 300 })) break;
    expect(transport.requests[0]?.signal.aborted).toBe(true);
  });
});
