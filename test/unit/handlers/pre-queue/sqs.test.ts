import { hash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

const respond = vi.fn<(request: IncomingMessage, response: ServerResponse, body: string) => void>();
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  respond(request, response, Buffer.concat(chunks).toString());
});
let send: (body: string, milliseconds: number) => Promise<void>;
const sendMessage = (body: string, milliseconds = 9000) => send(body, milliseconds);

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a/secret+key');
  vi.stubEnv('AWS_SESSION_TOKEN', 'a session token');
  vi.stubEnv('NAMI_QUEUE_URL', `${endpoint}/000000000000/queue`);
  ({ sendMessage: send } = await import('../../../../handlers/pre-queue/sqs.ts'));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
});

beforeEach(() => {
  respond.mockReset();
});

const answer = (response: ServerResponse, status: number, body: object, headers: object = {}) =>
  response
    .writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0', ...headers })
    .end(JSON.stringify(body));
const accept = (response: ServerResponse, body: string) => {
  const { MessageBody } = JSON.parse(body);
  answer(response, 200, { MessageId: '1', MD5OfMessageBody: hash('md5', MessageBody) });
};
const fail = (response: ServerResponse, status: number, code = 'Failure', headers: object = {}) =>
  answer(response, status, { __type: `com.amazonaws.sqs#${code}`, message: 'no' }, headers);

test('the message goes to the queue as it is', async () => {
  respond.mockImplementation((_, response, body) => accept(response, body));
  await sendMessage('{"a":"b"}');
  expect(respond).toHaveBeenCalledOnce();
  expect(JSON.parse(respond.mock.calls[0]?.[2] ?? '')).toEqual({
    QueueUrl: expect.stringMatching(/\/000000000000\/queue$/),
    MessageBody: '{"a":"b"}',
  });
});

test('a fault of the service is tried again', async () => {
  respond
    .mockImplementationOnce((_, response) => fail(response, 500))
    .mockImplementation((_, response, body) => accept(response, body));
  await sendMessage('x');
  expect(respond).toHaveBeenCalledTimes(2);
});

test('a fault that stays is an error after three attempts, one of ours at once', async () => {
  respond.mockImplementation((_, response) => fail(response, 503));
  await expect(sendMessage('x')).rejects.toThrow();
  expect(respond).toHaveBeenCalledTimes(3);
  respond.mockReset().mockImplementation((_, response) => fail(response, 403));
  await expect(sendMessage('x')).rejects.toThrow();
  expect(respond).toHaveBeenCalledTimes(1);
});

test('a queue that doesn’t answer is an error well before the function’s own time is up', async () => {
  respond.mockImplementation(() => undefined);
  const start = performance.now();
  await expect(sendMessage('x')).rejects.toThrow();
  expect(performance.now() - start).toBeLessThan(7000);
});

test('the service is asked as AWS documents it, over one connection', async () => {
  respond.mockImplementation((_, response, body) => accept(response, body));
  await sendMessage('x');
  await sendMessage('y');
  const [first, second] = respond.mock.calls.map(([request]) => request);
  expect(first).toMatchObject({ method: 'POST', url: '/' });
  expect(first?.headers).toMatchObject({
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AmazonSQS.SendMessage',
    'x-amz-security-token': 'a session token',
    authorization: expect.stringMatching(/Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/sqs\/aws4_request,/),
  });
  expect(second?.socket).toBe(first?.socket);
});

test.each(['RequestThrottled', 'ThrottlingException', 'KmsThrottled'])('%s is tried again', async (code) => {
  respond
    .mockImplementationOnce((_, response) => fail(response, 400, code))
    .mockImplementation((_, response, body) => accept(response, body));
  await sendMessage('x');
  expect(respond).toHaveBeenCalledTimes(2);
});

test('a kept connection that the server has closed is replaced at once', async () => {
  respond.mockImplementation((_, response, body) => accept(response, body));
  await sendMessage('x');
  const begin = performance.now();
  const random = vi.spyOn(Math, 'random').mockReturnValue(50); // a pause would be seen
  respond.mockImplementationOnce((request) => request.socket.resetAndDestroy());
  await sendMessage('y');
  random.mockRestore();
  expect(performance.now() - begin).toBeLessThan(1000);
  expect(respond).toHaveBeenCalledTimes(3);
});

test('a connection that breaks in the middle of the answer is tried again', async () => {
  respond
    .mockImplementationOnce((_, response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('{"MD5Of');
      setTimeout(() => response.destroy(), 10);
    })
    .mockImplementation((_, response, body) => accept(response, body));
  await sendMessage('x');
  expect(respond).toHaveBeenCalledTimes(2);
});

test('only an answer that names our message counts', async () => {
  const others = [{}, { MessageId: '1' }, { MessageId: '1', MD5OfMessageBody: hash('md5', 'y') }];
  for (const other of others) respond.mockImplementationOnce((_, response) => answer(response, 200, other));
  await expect(sendMessage('x')).rejects.toThrow('SQS confirms another message than ours');
  respond.mockImplementation((_, response) => response.writeHead(200).end('<html>welcome</html>'));
  await expect(sendMessage('x')).rejects.toThrow('SQS confirms another message than ours');
});

test('what is said of a refusal is its code and never what it quotes', async () => {
  const message = 'The Canonical String should have been: x-amz-security-token:a session token, a/secret+key';
  respond.mockImplementation((_, response) =>
    answer(response, 403, { __type: 'com.amazon.coral.service#InvalidSignatureException', message }),
  );
  const error: unknown = await sendMessage('x').catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: 'SQS answers 403 InvalidSignatureException' });
  expect(inspect(error, { depth: 10 })).not.toMatch(/session token|a\/secret/);
});

test.each([
  ['no type', '{"message":"slow down"}'],
  ['a type that is none', '{"__type":null}'],
  ['an empty type', '{"__type":""}'],
  ['no JSON', '<html>Too Many Requests</html>'],
  ['nothing', ''],
])('a refusal with %s is told by its status, and a 429 tried again', async (_, body) => {
  respond.mockImplementation((_request, response) => response.writeHead(429).end(body));
  await expect(sendMessage('x')).rejects.toThrow(/^SQS answers 429 without a code$/);
  expect(respond).toHaveBeenCalledTimes(3);
});

test('a clock that is far off is made up for, once and from then on', async () => {
  const theirs = Date.now() + 3_600_000;
  const date = { Date: new Date(theirs).toUTCString() };
  respond
    .mockImplementationOnce((_, response) => fail(response, 403, 'InvalidSignatureException', date))
    .mockImplementation((_, response, body) => accept(response, body));
  await sendMessage('x');
  await sendMessage('y');
  const dates = respond.mock.calls.map(([{ headers }]) => dateOf(String(headers['x-amz-date'])));
  expect(dates.map((each) => Math.round((theirs - each) / 60_000))).toEqual([60, 0, 0]);

  respond.mockReset().mockImplementation((_, response) => fail(response, 403, 'AccessDenied', date));
  await expect(sendMessage('x')).rejects.toThrow('SQS answers 403 AccessDenied');
  expect(respond).toHaveBeenCalledTimes(1);
});

/** `20260102T030405Z`, in milliseconds. */
function dateOf(text: string): number {
  return Date.parse(text.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'));
}

test('an SQS that doesn’t answer is given up when the function’s time is over', async () => {
  respond.mockImplementation(() => undefined);
  const begin = performance.now();
  await expect(sendMessage('x', 150)).rejects.toThrow("SQS can't be reached");
  expect(performance.now() - begin).toBeLessThan(1000);
});
