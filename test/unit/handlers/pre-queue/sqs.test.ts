import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

const respond = vi.fn<(request: IncomingMessage, response: ServerResponse, body: string) => void>();
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  respond(request, response, Buffer.concat(chunks).toString());
});
let sendMessage: (body: string) => Promise<void>;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('NAMI_QUEUE_URL', `${endpoint}/000000000000/queue`);
  ({ sendMessage } = await import('../../../../handlers/pre-queue/sqs.ts'));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
});

beforeEach(() => {
  respond.mockReset();
});

const accept = (response: ServerResponse) =>
  response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.0' }).end('{"MessageId":"1"}');
const fail = (response: ServerResponse, status: number) =>
  response
    .writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' })
    .end('{"__type":"com.amazonaws.sqs#Failure","message":"no"}');

test('the message goes to the queue as it is', async () => {
  respond.mockImplementation((_, response) => accept(response));
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
    .mockImplementation((_, response) => accept(response));
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
