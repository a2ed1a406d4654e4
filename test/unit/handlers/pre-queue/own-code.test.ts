import { beforeEach, expect, test, vi } from 'vitest';
import type { LogLine } from '../../../../handlers/log.ts';
import type { OwnCode } from '../../../../handlers/own-code/load.ts';
import type { PreQueueCode, WebhookRequest } from '../../../../handlers/own-code/pre-queue.ts';
import type { GatewayResponse } from '../../../../handlers/pre-queue/gateway-event.ts';
import { preQueueHandler } from '../../../../handlers/pre-queue/handle.ts';
import { gitHubHeaders, NOW } from '../deliveries.ts';
import { LAMBDA, lambdaWith } from '../lambda.ts';
import { CONFIGURED, SECRET } from './configured.ts';

const BODY = '{"content":"private"}';
const sendMessage = vi.fn<(body: string, milliseconds: number) => Promise<void>>();
let lines: LogLine[] = [];

beforeEach(() => {
  sendMessage.mockReset().mockResolvedValue();
  lines = [];
});

const handlerOf = (code: OwnCode<PreQueueCode>) =>
  preQueueHandler({
    configuration: CONFIGURED,
    code: async () => code,
    sendMessage,
    now: () => NOW,
    newId: () => 'id',
    log: (line) => lines.push(line),
    functionName: 'f',
  });

/** A genuine delivery to a function with these exports, as far as nothing else is said. */
async function deliver(exports: object, change: object = {}, milliseconds = 10_000) {
  const event = {
    httpMethod: 'POST',
    headers: gitHubHeaders(BODY, SECRET),
    body: Buffer.from(BODY).toString('base64'),
    isBase64Encoded: true,
    requestContext: { domainName: 'example.com', path: '/live/nami/orders' },
    ...change,
  };
  const handler = handlerOf({ kind: 'ready', exports: exports as PreQueueCode });
  return (await handler(event, lambdaWith(milliseconds))) as GatewayResponse;
}

test('authorize sees the request and what the source says of it', async () => {
  const authorize = vi.fn((_request: unknown, _context: unknown) => true);
  expect(await deliver({ authorize })).toMatchObject({ statusCode: 202 });
  expect(authorize).toHaveBeenCalledWith(
    {
      method: 'POST',
      url: 'https://example.com/live/nami/orders',
      query: {},
      headers: expect.objectContaining({ 'x-github-event': ['push'] }),
      body: Buffer.from(BODY),
    },
    {
      source: 'GitHub',
      identity: expect.stringContaining(':'),
      type: 'push',
      sentAt: undefined,
      receivedAt: NOW,
      signal: expect.any(AbortSignal),
    },
  );
  expect(sendMessage).toHaveBeenCalledOnce();
  expect(lines).toEqual([]);
});

test('a header that was not sent is absent, whatever its name', async () => {
  const authorize = ({
    headers,
    query,
  }: {
    headers: Record<string, unknown>;
    query: Record<string, unknown>;
  }) => headers.constructor === undefined && query.toString === undefined;
  expect(await deliver({ authorize })).toMatchObject({ statusCode: 202 });
});

test('nobody is asked about a delivery that is not authentic', async () => {
  const exports = { authorize: vi.fn(), respond: vi.fn() };
  expect(await deliver(exports, { headers: gitHubHeaders(BODY, 'guess') })).toMatchObject({
    statusCode: 403,
  });
  expect(exports.authorize).not.toHaveBeenCalled();
  expect(exports.respond).not.toHaveBeenCalled();
});

test('who is not authorized is answered as one whose signature is wrong', async () => {
  const respond = vi.fn();
  const response = await deliver({ authorize: async () => false, respond });
  expect(response).toMatchObject({ statusCode: 403, body: '{"error":"rejected"}' });
  expect(respond).not.toHaveBeenCalled();
  expect(sendMessage).not.toHaveBeenCalled();
  expect(lines).toMatchObject([{ level: 'warn', Reason: 'unauthorized' }]);
});

const failing = [
  [
    'authorize throws',
    {
      authorize: () => {
        throw new Error('db away');
      },
    },
    'Error: db away',
  ],
  [
    'authorize rejects',
    {
      authorize: async () => {
        throw new Error('db away');
      },
    },
    'Error: db away',
  ],
  ['authorize answers nothing', { authorize: () => undefined }, 'authorize must return true or false'],
  ['authorize answers a text', { authorize: () => 'true' }, 'authorize must return true or false'],
  [
    'respond throws',
    {
      respond: () => {
        throw new Error('no template');
      },
    },
    'Error: no template',
  ],
  ['respond answers a text', { respond: () => 'ok' }, 'respond must return an object or undefined'],
  [
    'respond answers a failure',
    { respond: () => ({ statusCode: 500 }) },
    'statusCode is not from 200 to 299',
  ],
  ['respond answers a status that is none', { respond: () => ({ statusCode: '200' }) }, 'statusCode is not'],
  [
    'respond answers no media type',
    { respond: () => ({ contentType: 'text' }) },
    'contentType is no media type',
  ],
  [
    'respond smuggles a header in',
    { respond: () => ({ contentType: 'a/b\r\nx: y' }) },
    'contentType is no media',
  ],
  [
    'respond sets a header twice',
    { respond: () => ({ headers: { 'Content-Type': 'a/b' } }) },
    'Content-Type is no header',
  ],
  ['respond names no header', { respond: () => ({ headers: { 'a b': 'c' } }) }, 'a b is no header'],
  [
    'respond breaks a header',
    { respond: () => ({ headers: { a: 'b\r\nc: d' } }) },
    'a is no header that it may set',
  ],
  ['respond answers an object for a body', { respond: () => ({ body: {} }) }, 'body is no text'],
  [
    'respond answers more than Lambda can',
    { respond: () => ({ body: 'x'.repeat(1_000_001) }) },
    'body is longer than',
  ],
  [
    'respond is vague about the queue',
    { respond: () => ({ enqueue: 'no' }) },
    'enqueue is neither true nor false',
  ],
] as const;

test.each(failing)(
  'when %s, the sender is to try again, and only the owner learns why',
  async (_, exports, why) => {
    const response = await deliver(exports);
    expect(response).toMatchObject({ statusCode: 500, headers: { 'Retry-After': '30' } });
    expect(response.body).toBe('{"error":"unavailable"}');
    expect(sendMessage).not.toHaveBeenCalled();
    expect(lines).toMatchObject([{ level: 'error', Reason: 'own-code-failed' }]);
    expect(`${lines[0]?.error} ${lines[0]?.cause}`).toContain(why);
  },
);

test('an answer that takes too long is not waited for, and own code is told so', async () => {
  let told: unknown;
  const authorize = (_request: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        told = signal.reason;
        resolve(true);
      });
    });
  // Of little time half is kept back for the queue and the answer.
  expect(await deliver({ authorize }, {}, 20)).toMatchObject({ statusCode: 500 });
  expect(told).toMatchObject({ message: 'no answer within 0.01 s' });
  expect(sendMessage).not.toHaveBeenCalled();
});

test.each([
  ['all of it', { statusCode: 201, contentType: 'text/xml', body: '<r/>' }, 201, 'text/xml', '<r/>'],
  ['the body alone', { body: 'ok' }, 202, 'application/json', 'ok'],
  ['nothing', undefined, 202, 'application/json', '{"received":true}'],
  [
    'undefined for parts',
    { statusCode: undefined, body: undefined },
    202,
    'application/json',
    '{"received":true}',
  ],
  ['null', null, 202, 'application/json', '{"received":true}'],
])(
  'respond may say %s of the answer, and the event is in the queue',
  async (_, answer, status, type, body) => {
    const response = await deliver({ respond: () => answer });
    expect(response).toMatchObject({ statusCode: status, headers: { 'Content-Type': type }, body });
    expect(sendMessage).toHaveBeenCalledOnce();
  },
);

test('respond may set headers, as some handshakes ask for', async () => {
  const respond = ({ headers }: WebhookRequest) => ({
    headers: { 'X-Hook-Secret': headers['x-hook-secret']?.[0] ?? '' },
    body: '',
    enqueue: false,
  });
  const response = await deliver({ respond }, { multiValueHeaders: { 'X-Hook-Secret': ['s'] } });
  expect(response.headers).toEqual({
    'X-Hook-Secret': 's',
    'Content-Type': 'application/json',
    'X-Content-Type-Options': 'nosniff',
  });
});

test('the queue gets the time that is left, but for the answer', async () => {
  await deliver({ authorize: () => true }, {}, 3000);
  expect(sendMessage).toHaveBeenCalledExactlyOnceWith(expect.any(String), 2500);
});

test('an answer of its own promises nothing that the queue doesn’t hold', async () => {
  sendMessage.mockRejectedValue(new Error('away'));
  expect(await deliver({ respond: () => ({ body: 'stored' }) })).toMatchObject({ statusCode: 500 });
});

test('respond may keep what is no event out of the queue, with any status', async () => {
  const respond = () => ({ statusCode: 404, body: 'not here', enqueue: false });
  expect(await deliver({ respond })).toMatchObject({ statusCode: 404, body: 'not here' });
  expect(sendMessage).not.toHaveBeenCalled();
});

test.each(['GET', 'PUT', 'OPTIONS'])(
  'respond may answer a %s, which is never an event',
  async (httpMethod) => {
    const respond = () => ({ contentType: 'text/plain', body: 'challenge' });
    expect(await deliver({ respond }, { httpMethod })).toMatchObject({
      statusCode: 202,
      headers: { 'Content-Type': 'text/plain', 'X-Content-Type-Options': 'nosniff' },
      body: 'challenge',
    });
    expect(await deliver({ respond: () => undefined }, { httpMethod })).toMatchObject({ statusCode: 405 });
    expect(await deliver({ authorize: () => true }, { httpMethod })).toMatchObject({ statusCode: 405 });
    expect(sendMessage).not.toHaveBeenCalled();
  },
);

test('an answer to HEAD has no body', async () => {
  const respond = () => ({ body: 'long' });
  expect(await deliver({ respond }, { httpMethod: 'HEAD' })).toMatchObject({ statusCode: 202, body: '' });
});

test('code that does not load lets nobody in, and the probe says why', async () => {
  const problems = [{ code: true, message: 'it does not load: Error: no' }] as const;
  const handler = handlerOf({ kind: 'broken', problems });
  expect(await handler({ nami: 'probe' }, LAMBDA)).toEqual({ nami: 'pre-queue', problems });
  const event = { httpMethod: 'POST', headers: gitHubHeaders(BODY, SECRET), body: BODY };
  expect(await handler(event, LAMBDA)).toMatchObject({ statusCode: 500 });
  expect(sendMessage).not.toHaveBeenCalled();
});
