import { LinearWebhookClient } from '@linear/sdk/webhooks';
import { Environment, Paddle } from '@paddle/paddle-node-sdk';
import { afterEach, expect, test, vi } from 'vitest';
import { sourceOf } from '../../../handlers/sources/index.ts';
import { withSender } from '../../../src/senders/index.ts';
import type { Sender } from '../../../src/senders/sender.ts';
import { SENDERS } from '../../../src/senders/senders.ts';
import { post } from '../handlers/deliveries.ts';
import { deliver, keysOf, NOW } from './delivery.ts';

afterEach(() => {
  vi.useRealTimers();
});

const right = (sender: Sender) => {
  const { headers, body } = deliver(sender, keysOf(sender.scheme));
  return { header: (name: string) => headers.get(name)?.[0] ?? '', body };
};

test('Linear: its library takes what is delivered by the data', () => {
  vi.useFakeTimers({ now: NOW });
  const { header, body } = right(SENDERS.Linear);
  const client = new LinearWebhookClient(keysOf(SENDERS.Linear.scheme).secret);
  expect(client.verify(body, header('linear-signature'))).toBe(true);
});

test('Paddle: its library takes what is delivered by the data', async () => {
  vi.useFakeTimers({ now: NOW });
  const { header, body } = right(SENDERS.Paddle);
  const { webhooks } = new Paddle('key', { environment: Environment.sandbox });
  const { secret } = keysOf(SENDERS.Paddle.scheme);
  expect(await webhooks.isSignatureValid(body.toString(), secret, header('paddle-signature'))).toBe(true);
  expect(await webhooks.isSignatureValid(`${body} `, secret, header('paddle-signature'))).toBe(false);
});

test('Square: the example of its documentation', () => {
  const settings = withSender({
    type: 'Square',
    toleranceSeconds: 300,
    publicUrl: 'https://example.com/webhook',
  });
  const request = (body: string) =>
    post({ 'x-square-hmacsha256-signature': '2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og=' }, body);
  const trust = { settings, secrets: ['asdf1234'], now: NOW };
  expect(sourceOf(settings).verify(request('{"hello":"world"}'), trust)).toBe('authentic');
  expect(sourceOf(settings).verify(request('{"hello":"world"} '), trust)).toBe('signature-mismatch');
});
