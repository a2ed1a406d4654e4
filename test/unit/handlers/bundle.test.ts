import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildHandlers } from '../../../scripts/build-handlers.ts';
import { authorization } from './pre-queue/authorization.ts';

/** Outside of the project, where no `node_modules` is found. */
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nami-handlers-'));
});

afterEach(() => rm(directory, { recursive: true }));

test('both functions are one module each, the same bytes every time, and answer in plain Node', async () => {
  const bundles = await buildHandlers(directory);
  const first = await Promise.all(bundles.map(({ path }) => readFile(path)));
  expect(bundles.map(({ bytes }) => bytes)).toEqual(first.map(({ length }) => length));
  await buildHandlers(directory);
  for (const [index, { name, path }] of bundles.entries()) {
    expect(await readFile(path)).toEqual(first[index]);
    const script = `
      const { handler } = await import(${JSON.stringify(pathToFileURL(path).href)});
      console.log(JSON.stringify(await handler({ nami: 'probe' })));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      {
        cwd: directory,
        env: {},
      },
    );
    const nami = name === 'post-queue' ? name : 'pre-queue';
    expect(JSON.parse(stdout)).toMatchObject({ nami, problems: expect.any(Array) });
  }
});

test('a source that asks its sender has a bundle of its own, and both stay small', async () => {
  const bundles = await buildHandlers(directory);
  const sizeOf = (wanted: string) => bundles.find(({ name }) => name === wanted)?.bytes ?? 0;
  expect(sizeOf('pre-queue')).toBeLessThanOrEqual(50 * 1024);
  expect(sizeOf('pre-queue-certified')).toBeLessThanOrEqual(40 * 1024);
  const unknown = [{ message: 'NAMI_SOURCE is missing or malformed' }];
  const problemsIn = async (bundle: string, type: string, sender?: object) => {
    const path = join(directory, bundle, 'index.mjs');
    const script = `
      const { handler } = await import(${JSON.stringify(pathToFileURL(path).href)});
      console.log(JSON.stringify((await handler({ nami: 'probe' })).problems));`;
    const env = {
      NAMI_QUEUE_URL: 'https://sqs/queue',
      NAMI_SOURCE: JSON.stringify({ type, sender, toleranceSeconds: 300, sns: { topicArns: [] } }),
      NAMI_SECRETS: '[]',
      NAMI_RESPONSE:
        '{"statusCode":200,"contentType":"text/plain","body":"","rejectedStatusCode":401,"unavailableStatusCode":503}',
    };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { cwd: directory, env },
    );
    return JSON.parse(stdout);
  };
  expect(await problemsIn('pre-queue-certified', 'SNS')).toEqual([]);
  expect(await problemsIn('pre-queue-certified', 'None')).toEqual(unknown);
  const sender = { scheme: { token: { query: 'code' } }, event: { id: [] } };
  expect(await problemsIn('pre-queue-certified', 'Named', sender)).toEqual(unknown);
  expect(await problemsIn('pre-queue', 'None')).toEqual([]);
  expect(await problemsIn('pre-queue', 'Named', sender)).not.toEqual(unknown);
  expect(await problemsIn('pre-queue', 'SNS')).toEqual(unknown);
});

test('what is left out of the signer’s libraries is missed by no delivery', async () => {
  await buildHandlers(directory);
  const received: { readonly headers: Record<string, string>; readonly body: string }[] = [];
  const queue = createServer((request, response) => {
    let text = '';
    request.on('data', (piece) => {
      text += piece;
    });
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body: text });
      const message = JSON.parse(text).MessageBody;
      response.end(JSON.stringify({ MD5OfMessageBody: createHash('md5').update(message).digest('hex') }));
    });
  });
  await new Promise<void>((resolve) => queue.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(queue.address() as AddressInfo).port}`;
    const path = join(directory, 'pre-queue', 'index.mjs');
    const script = `
      const { handler } = await import(${JSON.stringify(pathToFileURL(path).href)});
      const event = { httpMethod: 'POST', headers: {}, body: '{}' };
      const { statusCode } = await handler(event, { getRemainingTimeInMillis: () => 9000 });
      process.exit(statusCode === 201 ? 0 : 1);`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: directory,
      env: {
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_SESSION_TOKEN: 'token',
        AWS_ENDPOINT_URL_SQS: url,
        NAMI_QUEUE_URL: `${url}/1/queue`,
        NAMI_SOURCE: '{"type":"None","toleranceSeconds":300}',
        NAMI_SECRETS: '[]',
        NAMI_RESPONSE:
          '{"statusCode":201,"contentType":"text/plain","body":"","rejectedStatusCode":401,"unavailableStatusCode":503}',
      },
    });
    expect(received).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    expect(headers['x-amz-security-token']).toBe('token');
    expect(headers.authorization).toBe(
      authorization(headers, Buffer.from(body), 'AKIDEXAMPLE', 'secret', 'eu-west-1'),
    );
  } finally {
    queue.closeAllConnections();
    await new Promise((resolve) => queue.close(resolve));
  }
});
