import { sign } from 'node:crypto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeEnvelope } from '../../../../handlers/envelope.ts';
import type { LogLine } from '../../../../handlers/log.ts';
import { noOwnCode } from '../../../../handlers/own-code/load.ts';
import type { GatewayResponse } from '../../../../handlers/pre-queue/gateway-event.ts';
import { preQueueHandler } from '../../../../handlers/pre-queue/handle.ts';
import type { SenderCalls } from '../../../../handlers/pre-queue/sender-calls.ts';
import { SenderError } from '../../../../handlers/pre-queue/sender-error.ts';
import type { PreQueueConfiguration } from '../../../../handlers/pre-queue/settings.ts';
import { gitHubHeaders, NOW } from '../deliveries.ts';
import { LAMBDA } from '../lambda.ts';
import { signingCertificate } from '../sources/signing-certificate.ts';
import { CONFIGURED, SECRET } from './configured.ts';

const BODY = '{"content":"private"}';
const sendMessage = vi.fn<(body: string) => Promise<void>>();
let lines: LogLine[] = [];

beforeEach(() => {
  sendMessage.mockReset().mockResolvedValue();
  lines = [];
});

function handlerWith(configuration: PreQueueConfiguration) {
  return preQueueHandler({
    configuration,
    code: noOwnCode,
    sendMessage,
    now: () => NOW,
    newId: () => '0d1c9bd8-39a5-4a7c-8a2c-b34be2a2d1b5',
    log: (line) => lines.push(line),
    functionName: 'nami-orders-pre-queue',
  });
}

function event(headers: Record<string, string> = gitHubHeaders(BODY, SECRET), change: object = {}) {
  return {
    httpMethod: 'POST',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: Buffer.from(BODY).toString('base64'),
    isBase64Encoded: true,
    requestContext: { requestId: 'request-1', path: '/live/nami/orders' },
    ...change,
  };
}

const call = async (anEvent: object, configuration: PreQueueConfiguration = CONFIGURED) =>
  (await handlerWith(configuration)(anEvent, LAMBDA)) as GatewayResponse;

describe('a delivery', () => {
  test('is refused without a body where the sender takes any for a fault', async () => {
    const { settings } = CONFIGURED;
    const response = { ...settings.response, emptyRefusals: true };
    const refused = await call(event({}), { kind: 'ready', settings: { ...settings, response } });
    expect(refused).toMatchObject({ statusCode: 403, body: '' });
  });

  test('is answered as configured once it is in the queue, without a log line', async () => {
    expect(await call(event())).toEqual({
      statusCode: 202,
      headers: { 'Content-Type': 'application/json' },
      body: '{"received":true}',
    });
    expect(sendMessage).toHaveBeenCalledOnce();
    expect(decodeEnvelope(sendMessage.mock.calls[0]?.[0] ?? '').body.toString()).toBe(BODY);
    expect(lines).toEqual([]);
  });

  test('that can’t be put into the queue is answered so that the sender comes back', async () => {
    sendMessage.mockRejectedValue(new Error('queue does not exist'));
    const response = await call(event());
    expect(response).toMatchObject({ statusCode: 500, headers: { 'Retry-After': '30' } });
    expect(response.body).not.toContain('queue');
    expect(lines).toMatchObject([
      { level: 'error', Reason: 'enqueue-failed', error: 'Error: queue does not exist' },
    ]);
  });

  test('that isn’t authentic leaves one line with the reason and a metric, and tells the sender nothing', async () => {
    const wrong = await call(event(gitHubHeaders(BODY, 'guessed')));
    const missing = await call(event({}));
    expect(wrong).toEqual(missing);
    expect(wrong).toMatchObject({ statusCode: 403, body: '{"error":"rejected"}' });
    expect(sendMessage).not.toHaveBeenCalled();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toEqual({
      level: 'warn',
      message: 'delivery not accepted',
      requestId: 'request-1',
      statusCode: 403,
      error: undefined,
      _aws: {
        Timestamp: NOW.getTime(),
        CloudWatchMetrics: [
          {
            Namespace: 'Nami',
            Dimensions: [['FunctionName', 'Reason']],
            Metrics: [{ Name: 'Refused', Unit: 'Count' }],
          },
        ],
      },
      FunctionName: 'nami-orders-pre-queue',
      Reason: 'signature-mismatch',
      Refused: 1,
    });
    expect(lines[1]).toMatchObject({ Reason: 'signature-missing' });
  });

  test('by another method is answered with the one that is allowed, HEAD without content', async () => {
    const response = { statusCode: 405, headers: { Allow: 'POST' } };
    expect(await call(event({}, { httpMethod: 'GET', body: null }))).toMatchObject(response);
    expect(await call(event({}, { httpMethod: 'HEAD', body: null }))).toMatchObject({
      ...response,
      body: '',
    });
  });

  test('with a body that is not the base64 it is said to be is malformed', async () => {
    expect(await call(event(undefined, { body: '{}' }))).toMatchObject({ statusCode: 400 });
    expect(lines).toMatchObject([{ Reason: 'body-malformed' }]);
  });

  test('that no message can hold is too large', async () => {
    const body = Buffer.from(Array.from({ length: 1_200_000 }, (_, i) => (i * i * 2654435761) >>> 24));
    const headers = gitHubHeaders(body, SECRET);
    expect(await call(event(headers, { body: body.toString('base64') }))).toMatchObject({ statusCode: 413 });
  });

  test('that nobody foresaw is answered so that the sender comes back', async () => {
    const response = await call(event(undefined, { multiValueHeaders: { a: 7 } }));
    expect(response).toMatchObject({ statusCode: 500, headers: { 'Retry-After': '30' } });
    expect(lines).toMatchObject([{ Reason: 'internal-error' }]);
  });

  test('leaves neither secrets nor signatures nor its body in the log', async () => {
    sendMessage.mockRejectedValue(new Error('no'));
    const headers = gitHubHeaders(BODY, SECRET);
    await call(event(headers));
    await call(event({ ...headers, 'x-hub-signature-256': 'sha256=made-up' }));
    const log = JSON.stringify(lines);
    for (const text of [SECRET, 'private', 'sha256=']) expect(log).not.toContain(text);
  });
});

describe('an event that only leaves out', () => {
  const { settings } = CONFIGURED;
  const only = (types: string[]): PreQueueConfiguration => ({
    kind: 'ready',
    settings: { ...settings, source: { ...settings.source, only: { types } } },
  });

  test('is answered as one that is taken, counted, and not put into the queue', async () => {
    expect(await call(event(), only(['issues']))).toEqual(await call(event(), only(['push'])));
    expect(sendMessage).toHaveBeenCalledOnce();
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'event not wanted',
        requestId: 'request-1',
        _aws: {
          Timestamp: NOW.getTime(),
          CloudWatchMetrics: [
            {
              Namespace: 'Nami',
              Dimensions: [['FunctionName']],
              Metrics: [{ Name: 'Unwanted', Unit: 'Count' }],
            },
          ],
        },
        FunctionName: 'nami-orders-pre-queue',
        Unwanted: 1,
      },
    ]);
  });

  test('is refused all the same if it is not authentic', async () => {
    const forged = event(gitHubHeaders(BODY, 'guessed'));
    expect(await call(forged, only(['issues']))).toMatchObject({ statusCode: 403 });
    expect(lines).toMatchObject([{ Reason: 'signature-mismatch' }]);
  });

  test('may be of any size', async () => {
    const body = Buffer.from(Array.from({ length: 1_200_000 }, (_, i) => (i * i * 2654435761) >>> 24));
    const large = event(gitHubHeaders(body, SECRET), { body: body.toString('base64') });
    expect(await call(large, only(['issues']))).toMatchObject({ statusCode: 202 });
    expect(await call(large, only(['push']))).toMatchObject({ statusCode: 413 });
  });
});

describe('an endpoint that is out of service', () => {
  const { settings } = CONFIGURED;
  const disabled = (disabledStatusCode: number, more: object = {}): PreQueueConfiguration => ({
    kind: 'ready',
    settings: { ...settings, response: { ...settings.response, disabledStatusCode, ...more } },
  });

  test.each([503, 410])('answers everything with %i, takes nothing, and counts it', async (statusCode) => {
    for (const anEvent of [event(), event({}), event({}, { httpMethod: 'GET' })])
      expect(await call(anEvent, disabled(statusCode))).toMatchObject({
        statusCode,
        body: '{"error":"disabled"}',
      });
    expect(await call(event(), disabled(statusCode, { emptyRefusals: true }))).toMatchObject({ body: '' });
    expect(sendMessage).not.toHaveBeenCalled();
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatchObject({ level: 'warn', statusCode, Reason: 'endpoint-disabled', Refused: 1 });
  });
});

describe('settings that are broken', () => {
  const problems = [{ secret: 0, message: 'the secret is empty' }];
  const broken: PreQueueConfiguration = { kind: 'broken', problems };

  test('let nothing in: every delivery is to come again', async () => {
    for (const anEvent of [event(), event({}), event({}, { httpMethod: 'GET' })]) {
      expect(await call(anEvent, broken)).toMatchObject({
        statusCode: 503,
        headers: { 'Retry-After': '30' },
      });
    }
    expect(sendMessage).not.toHaveBeenCalled();
    expect(lines[0]).toMatchObject({ level: 'error', Reason: 'settings-broken' });
  });

  test('are what the probe reports', async () => {
    expect(await handlerWith(broken)({ nami: 'probe' }, LAMBDA)).toEqual({ nami: 'pre-queue', problems });
    expect(await handlerWith(CONFIGURED)({ nami: 'probe' }, LAMBDA)).toEqual({
      nami: 'pre-queue',
      problems: [],
    });
    expect(lines).toEqual([]);
  });
});

describe('a sender that is asked', () => {
  const { settings } = CONFIGURED;
  const topic = 'arn:aws:sns:eu-central-1:111122223333:orders';
  const { certificate, privateKey } = signingCertificate();
  const configuration: PreQueueConfiguration = {
    kind: 'ready',
    settings: {
      ...settings,
      source: { type: 'SNS', toleranceSeconds: 300, sns: { topicArns: [topic] } },
      secrets: [],
    },
  };
  const message = (type: string) => {
    const fields = {
      Message: 'm',
      MessageId: 'i',
      ...(type !== 'Notification' && { SubscribeURL: 'https://attacker.example/', Token: 't' }),
      TopicArn: topic,
      Type: type,
      Timestamp: '2026-01-02T03:04:05.678Z',
    };
    const text = Object.entries(fields)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => `${name}\n${value}\n`)
      .join('');
    const Signature = sign('sha256', Buffer.from(text), privateKey).toString('base64');
    const body = JSON.stringify({ ...fields, SignatureVersion: '2', Signature });
    return event({}, { body: Buffer.from(body).toString('base64') });
  };
  const certificateOf = vi.fn<SenderCalls['certificateOf']>();
  const visit = vi.fn<SenderCalls['visit']>();
  const callWith = async (anEvent: object) => {
    const handler = preQueueHandler({
      configuration,
      code: noOwnCode,
      senderCalls: { certificateOf, visit },
      sendMessage,
      now: () => new Date(),
      newId: () => '0d1c9bd8-39a5-4a7c-8a2c-b34be2a2d1b5',
      log: (line) => lines.push(line),
      functionName: 'nami-orders-pre-queue',
    });
    return (await handler(anEvent, LAMBDA)) as GatewayResponse;
  };

  beforeEach(() => {
    certificateOf.mockReset().mockResolvedValue(certificate);
    visit.mockReset().mockResolvedValue();
  });

  test('is asked for its certificate, and its event is taken', async () => {
    expect(await callWith(message('Notification'))).toMatchObject({ statusCode: 202 });
    expect(decodeEnvelope(sendMessage.mock.calls[0]?.[0] ?? '')).toMatchObject({ identity: 'i' });
    expect(visit).not.toHaveBeenCalled();
  });

  test('is told that we are here, and nothing is queued', async () => {
    expect(await callWith(message('SubscriptionConfirmation'))).toMatchObject({ statusCode: 200, body: '' });
    const query = `Action=ConfirmSubscription&TopicArn=${encodeURIComponent(topic)}&Token=t`;
    expect(visit.mock.calls.map(([url]) => url)).toEqual([
      `https://sns.eu-central-1.amazonaws.com/?${query}`,
    ]);
    expect(sendMessage).not.toHaveBeenCalled();
  });

  test('is to try again where it can’t be asked or told', async () => {
    certificateOf.mockRejectedValueOnce(new SenderError('away'));
    expect(await callWith(message('Notification'))).toMatchObject({ statusCode: 500 });
    visit.mockRejectedValueOnce(new SenderError('away'));
    expect(await callWith(message('SubscriptionConfirmation'))).toMatchObject({ statusCode: 500 });
    expect(lines).toMatchObject(Array(2).fill({ Reason: 'sender-unreachable', level: 'error' }));
    expect(sendMessage).not.toHaveBeenCalled();
  });

  test('is neither told nor believed where another has signed', async () => {
    certificateOf.mockResolvedValue(signingCertificate().certificate);
    for (const type of ['Notification', 'SubscriptionConfirmation'])
      expect(await callWith(message(type))).toMatchObject({ statusCode: 403 });
    certificateOf.mockResolvedValue(undefined);
    expect(await callWith(message('Notification'))).toMatchObject({ statusCode: 403 });
    expect(visit).not.toHaveBeenCalled();
    expect(sendMessage).not.toHaveBeenCalled();
  });
});
