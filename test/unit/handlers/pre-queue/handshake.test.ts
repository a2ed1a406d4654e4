import { createHmac } from 'node:crypto';
import { isValidSlackRequest } from '@slack/bolt/dist/receivers/verify-request.js';
import { describe, expect, test, vi } from 'vitest';
import type { SourceType } from '../../../../handlers/contract.ts';
import { noOwnCode } from '../../../../handlers/own-code/load.ts';
import type { GatewayResponse } from '../../../../handlers/pre-queue/gateway-event.ts';
import { preQueueHandler } from '../../../../handlers/pre-queue/handle.ts';
import { NOW, trust } from '../deliveries.ts';
import { LAMBDA } from '../lambda.ts';

const SECRET = 'the secret';
const SECONDS = Math.floor(NOW.getTime() / 1000);

interface Question {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string | string[]>;
  readonly body?: string;
}

/** The whole way from the gateway's event to its response, as configured by a user who answers HTML otherwise. */
async function ask(type: SourceType, question: Question, secrets = [SECRET]) {
  const sendMessage = vi.fn(async () => undefined);
  const reasons: unknown[] = [];
  const handler = preQueueHandler({
    configuration: {
      kind: 'ready',
      settings: {
        source: trust(type, []).settings,
        secrets,
        response: {
          statusCode: 202,
          contentType: 'text/html',
          body: '<p>',
          rejectedStatusCode: 401,
          unavailableStatusCode: 503,
        },
      },
    },
    code: noOwnCode,
    sendMessage,
    now: () => NOW,
    newId: () => 'id',
    log: ({ Reason }) => reasons.push(Reason),
    functionName: 'f',
  });
  const query = Object.fromEntries(
    Object.entries(question.query ?? {}).map(([name, value]) => [name, [value].flat()]),
  );
  const response = (await handler(
    {
      httpMethod: question.method ?? 'GET',
      headers: question.headers ?? {},
      queryStringParameters: Object.fromEntries(
        Object.entries(query).map(([name, values]) => [name, values.at(-1)]),
      ),
      multiValueQueryStringParameters: query,
      body: question.body === undefined ? null : Buffer.from(question.body).toString('base64'),
      isBase64Encoded: question.body !== undefined,
      requestContext: { requestId: 'r', path: '/live/nami/orders', domainName: 'example.com' },
    },
    LAMBDA,
  )) as GatewayResponse;
  expect(sendMessage).not.toHaveBeenCalled();
  return { ...response, reasons };
}

const SCRIPT = '<script>alert(1)</script>';
const text = (body: string) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'text/plain', 'X-Content-Type-Options': 'nosniff' },
  body,
  reasons: [],
});
const json = (body: string) => ({
  ...text(body),
  headers: { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' },
});
const refused = (reason: string, statusCode = 401) => ({ statusCode, reasons: [reason] });

describe('Meta asks by GET with the verify token', () => {
  const subscribe = (token: string | string[], challenge: string | string[] = '1158201444') => ({
    query: { 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': challenge },
  });
  const secrets = ['app secret', 'verify_me', 'verify_too'];

  test('and gets the challenge back, as text', async () => {
    expect(await ask('Meta', subscribe('verify_me'), secrets)).toEqual(text('1158201444'));
    expect(await ask('Meta', subscribe('verify_too'), secrets)).toEqual(text('1158201444'));
    expect(await ask('Meta', subscribe('verify_me', SCRIPT), secrets)).toEqual(text(SCRIPT));
  });

  test('or nothing with any other token, the app secret included', async () => {
    for (const token of ['verify_m', 'verify_me ', 'app secret', '']) {
      expect(await ask('Meta', subscribe(token), secrets)).toMatchObject(refused('token-mismatch'));
    }
    expect(await ask('Meta', subscribe(['verify_me', 'x']), secrets)).toMatchObject(refused('token-missing'));
    expect(await ask('Meta', { query: { 'hub.mode': 'subscribe' } }, secrets)).toMatchObject(
      refused('token-missing'),
    );
    expect(await ask('Meta', subscribe('verify_me'), ['app secret'])).toMatchObject(
      refused('token-mismatch'),
    );
  });

  test('a verify token signs nothing', async () => {
    const signature = `sha256=${createHmac('sha256', 'verify_me').update('{}').digest('hex')}`;
    const delivery = { method: 'POST', headers: { 'X-Hub-Signature-256': signature }, body: '{}' };
    expect(await ask('Meta', delivery, secrets)).toMatchObject(refused('signature-mismatch'));
  });
});

describe('X asks by GET with a token', () => {
  const sign = (token: string, secret = SECRET) =>
    createHmac('sha256', secret).update(token).digest('base64');

  test('and gets its HMAC by the first secret, as JSON', async () => {
    const token = '9b4507b3-9040-4669-9ca3-6b94edb50553';
    const answer = json(`{"response_token":"sha256=${sign(token)}"}`);
    expect(await ask('X', { query: { crc_token: token } }, [SECRET, 'the old one'])).toEqual(answer);
  });

  test('but nobody gets a body signed that way', async () => {
    for (const crc_token of ['{"a":1}', '[]', ' ', '', 'x'.repeat(257), ['a', 'b']]) {
      expect(await ask('X', { query: { crc_token } })).toMatchObject(refused('token-malformed'));
    }
    const token = 'abc';
    const headers = { 'x-twitter-webhooks-signature': `sha256=${sign(token)}` };
    expect(await ask('X', { method: 'POST', headers, body: token })).toMatchObject(
      refused('body-unexpected'),
    );
  });
});

describe('Slack asks by a signed POST', () => {
  const body = (challenge: unknown) => JSON.stringify({ token: 't', challenge, type: 'url_verification' });
  const headers = (signed: string, secret = SECRET, seconds = SECONDS) => ({
    'X-Slack-Request-Timestamp': String(seconds),
    'X-Slack-Signature': `v0=${createHmac('sha256', secret).update(`v0:${seconds}:${signed}`).digest('hex')}`,
  });

  test('and gets its challenge back, as text', async () => {
    const signed = body('3eZbrw1aB');
    const own = headers(signed);
    const slackTakesIt = isValidSlackRequest({
      signingSecret: SECRET,
      body: signed,
      headers: { 'x-slack-signature': own['X-Slack-Signature'], 'x-slack-request-timestamp': SECONDS },
      nowMilliseconds: NOW.getTime(),
    });
    expect(slackTakesIt).toBe(true);
    expect(await ask('Slack', { method: 'POST', headers: own, body: signed })).toEqual(text('3eZbrw1aB'));
    const script = body(SCRIPT);
    expect(await ask('Slack', { method: 'POST', headers: headers(script), body: script })).toEqual(
      text(SCRIPT),
    );
  });

  test('or nothing if it isn’t Slack', async () => {
    const signed = body('c');
    const post = { method: 'POST', body: signed };
    expect(await ask('Slack', post)).toMatchObject(refused('signature-missing'));
    expect(await ask('Slack', { ...post, headers: headers(signed, 'x') })).toMatchObject(
      refused('signature-mismatch'),
    );
    const old = headers(signed, SECRET, SECONDS - 301);
    expect(await ask('Slack', { ...post, headers: old })).toMatchObject(refused('timestamp-too-old'));
  });
});

describe('Microsoft Graph asks by POST with a token', () => {
  test('and gets it back as text, whatever it holds', async () => {
    const token = 'Validation: Testing client application reachability for subscription Request-Id: 1 <>&é';
    for (const validationToken of [token, SCRIPT]) {
      expect(await ask('MicrosoftGraph', { method: 'POST', query: { validationToken } })).toEqual(
        text(validationToken),
      );
    }
  });
});

describe('Okta asks by GET with a challenge', () => {
  test('and gets it back as JSON', async () => {
    const headers = { 'X-Okta-Verification-Challenge': 'Me_rShK8JHsTnbyYrWXCEoMGbM_zsZ6k0hLPZ_Pg' };
    expect(await ask('Okta', { headers })).toEqual(
      json('{"verification":"Me_rShK8JHsTnbyYrWXCEoMGbM_zsZ6k0hLPZ_Pg"}'),
    );
    expect(await ask('Okta', { headers: { 'X-Okta-Verification-Challenge': '"<b>' } })).toEqual(
      json('{"verification":"\\"<b>"}'),
    );
  });
});

test('nobody else is answered, and another method stays one that is not allowed', async () => {
  const query = {
    'hub.mode': 'subscribe',
    'hub.verify_token': SECRET,
    'hub.challenge': '1',
    crc_token: '1',
    validationToken: '1',
  };
  const headers = { 'X-Okta-Verification-Challenge': '1' };
  for (const type of ['None', 'GitHub', 'Stripe', 'HMAC'] as const) {
    expect(await ask(type, { query, headers })).toMatchObject(refused('method-not-allowed', 405));
  }
  for (const type of ['Meta', 'X', 'Okta', 'MicrosoftGraph', 'Slack'] as const) {
    expect(await ask(type, {})).toMatchObject(refused('method-not-allowed', 405));
    expect(await ask(type, { method: 'PUT', query, headers })).toMatchObject(
      refused('method-not-allowed', 405),
    );
  }
});
