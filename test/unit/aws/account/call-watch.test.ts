import { createServer } from 'node:http';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterEach, expect, test } from 'vitest';
import { type Exchange, watchAttempts } from '../../../../src/aws/account/call-watch.ts';
import { mayHaveWorked } from '../../../../src/aws/account/errors.ts';
import { systemClock } from '../../../../src/clock.ts';
import { FencedError } from '../../../../src/fence.ts';
import { type Listening, listen } from '../../connect-proxy.ts';

let server: Listening | undefined;
afterEach(() => server?.close());

/** A client of an AWS that answers with these statuses and codes, one after the other. */
async function lambda(
  answers: readonly [number, string][],
  { isShutByThrottling = answers.length > 1 } = {},
) {
  let requests = 0;
  server = await listen(
    createServer((_, response) => {
      const [status, code] = answers[requests++] ?? [200, ''];
      response.writeHead(status, { 'x-amzn-errortype': code }).end('{}');
    }),
  );
  const client = new LambdaClient({
    region: 'eu-central-1',
    endpoint: `http://${server.address}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  });
  const exchanges: Omit<Exchange, 'seconds'>[] = [];
  const state = { isShut: false };
  const watch = watchAttempts('lambda', {
    clock: systemClock,
    fence: {
      check: () => {
        if (state.isShut) throw new FencedError('shut');
      },
    },
    onExchange: ({ seconds, ...exchange }) => {
      expect(seconds).toBeGreaterThan(0);
      exchanges.push(exchange);
      if (exchange.code === 'TooManyRequestsException') state.isShut ||= isShutByThrottling;
    },
  });
  client.middlewareStack.addRelativeTo(watch as never, {
    relation: 'after',
    toMiddleware: 'retryMiddleware',
    name: 'namiAttempts',
  });
  return {
    exchanges,
    state,
    requests: () => requests,
    call: () => client.send(new ListFunctionsCommand({})),
  };
}

const LIST = { service: 'lambda', operation: 'ListFunctions', throttled: false };

test('each exchange is told, repetitions by the SDK too, with a code of a bounded set', async () => {
  const { call, exchanges } = await lambda([[500, 'MadeUpByAProxyException']]);
  await call();
  expect(exchanges).toEqual([
    { ...LIST, code: 'Other' },
    { ...LIST, code: 'OK' },
  ]);
});

test('what AWS throttles is told as that', async () => {
  const { call, exchanges } = await lambda([[429, 'TooManyRequestsException']]);
  await call();
  expect(exchanges[0]).toEqual({ ...LIST, code: 'TooManyRequestsException', throttled: true });
});

test('the SDK repeats nothing past a fence that was shut meanwhile', async () => {
  const { call, requests } = await lambda([
    [429, 'TooManyRequestsException'],
    [429, 'TooManyRequestsException'],
  ]);
  await expect(call()).rejects.toThrow(FencedError);
  expect(requests()).toBe(1);
});

test('an error tells that an earlier exchange of its call may have worked, and of no other call', async () => {
  const throttled = Array<[number, string]>(5).fill([429, 'TooManyRequestsException']);
  const { call } = await lambda([[500, 'ServiceException'], ...throttled], { isShutByThrottling: false });
  const [first, second] = [await call().catch((error) => error), await call().catch((error) => error)];
  expect([first.name, second.name]).toEqual(['TooManyRequestsException', 'TooManyRequestsException']);
  expect([mayHaveWorked(first), mayHaveWorked(second)]).toEqual([true, false]);
});
