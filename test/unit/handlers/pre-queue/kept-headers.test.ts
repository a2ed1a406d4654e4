import { expect, test } from 'vitest';
import { keptHeaders } from '../../../../handlers/pre-queue/kept-headers.ts';
import { gitHub } from '../../../../handlers/sources/github.ts';
import { none } from '../../../../handlers/sources/none.ts';
import type { Source } from '../../../../handlers/sources/source.ts';

const kept = (names: string[], source: Source = none) =>
  Object.keys(keptHeaders(new Map(names.map((name) => [name, ['value']])), source));

test('the sender’s own headers stay, with all values', () => {
  const headers = new Map([
    ['x-github-event', ['push']],
    ['accept', ['*/*', 'text/html']],
  ]);
  expect(keptHeaders(headers, gitHub)).toEqual({ 'x-github-event': ['push'], accept: ['*/*', 'text/html'] });
  const names = [
    'user-agent',
    'x-github-delivery',
    'idempotency-key',
    'x-author',
    'x-shopify-topic',
    'ce-id',
  ];
  expect(kept(names)).toEqual(names);
});

test('nothing that proves who sent stays, whatever the source', () => {
  const secret = [
    'authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'x-hub-signature',
    'x-hub-signature-256',
    'webhook-signature',
    'svix-signature',
    'stripe-signature',
    'x-slack-signature',
    'x-twilio-signature',
    'x-twitter-webhooks-signature',
    'x-shopify-hmac-sha256',
    'x-gitlab-token',
    'x-api-key',
    'apikey',
    'x-auth',
    'x-auth-key',
    'x-client-secret',
    'x-password',
  ];
  expect(kept(secret)).toEqual([]);
});

test('a header that the source names for the event’s identity stays, one that it names as proof doesn’t', () => {
  const source: Source = { ...none, identityHeaders: ['i-idempotency-token'], signatureHeaders: ['x-proof'] };
  expect(kept(['i-idempotency-token', 'x-proof'], source)).toEqual(['i-idempotency-token']);
});

test('what the way here added doesn’t stay, nor a name that a document can’t hold', () => {
  expect(
    kept(['host', 'content-type', 'content-length', 'x-forwarded-for', 'x-amzn-trace-id', 'via']),
  ).toEqual([]);
  expect(kept(['a.b', '$where', '__proto__', 'a b', ''])).toEqual([]);
});
