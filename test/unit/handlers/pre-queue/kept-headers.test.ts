import { expect, test } from 'vitest';
import { keptHeaders } from '../../../../handlers/pre-queue/kept-headers.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { none } from '../../../../handlers/sources/none.ts';
import type { Source } from '../../../../handlers/sources/source.ts';
import { trust } from '../deliveries.ts';

const kept = (names: string[], source: Source = none, keepHeaders?: string[]) =>
  Object.keys(keptHeaders(new Map(names.map((name) => [name, ['value']])), source, keepHeaders));

test('the sender’s own headers stay, with all values', () => {
  const headers = new Map([
    ['x-github-event', ['push']],
    ['accept', ['*/*', 'text/html']],
  ]);
  expect(keptHeaders(headers, sourceOf(trust('GitHub', []).settings))).toEqual({
    'x-github-event': ['push'],
    accept: ['*/*', 'text/html'],
  });
  const names = [
    'user-agent',
    'x-github-delivery',
    'idempotency-key',
    'x-author',
    'x-shopify-topic',
    'x-shopify-shop-domain',
    'x-shopify-triggered-at',
    'x-github-hook-installation-target-type',
    'x-atlassian-webhook-identifier',
    'x-event-key',
    'i-twilio-idempotency-token',
    'x-goog-resource-state',
    'paypal-transmission-id',
    'linear-delivery',
    'x-request-id',
    'traceparent',
    'x-tenant',
    'ce-id',
    'ce-anything',
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
    'authentication',
    'x-authentication-type',
    'x-functions-key',
    'x-webhook-key',
    'ocp-apim-subscription-key',
    'x-accesskey',
    'paypal-transmission-sig',
    'paypal-auth-algo',
    'x-sign',
    'x-jwt',
    'x-jwt-assertion',
    'x-session-id',
    'x-client-cert',
    'x-oauth',
    'ce-token',
  ];
  expect(kept(secret)).toEqual([]);
});

test('what isn’t known to tell anything doesn’t stay, for it may prove something, unless the user says so', () => {
  const unknown = [
    'x-partner',
    'x-checksum',
    'digest',
    'x-forwarded-for',
    'x-hub-signature',
    'x-webhook-key',
  ];
  expect(kept(unknown)).toEqual([]);
  expect(kept(unknown, none, ['X-Partner', 'x-forwarded-for', 'X-Hub-Signature', 'x-webhook-key'])).toEqual([
    'x-partner',
    'x-forwarded-for',
  ]);
});

test('what the source’s own settings use for proof doesn’t stay, whatever it is called and wherever it is named', () => {
  const hmac = {
    header: 'X-Check-Id',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: '',
    template: '{header:Authorization}.{header:X-Api-Key}.{header:X-Part}.{body}',
  } as const;
  const settings = trust('HMAC', []).settings;
  const names = ['x-check-id', 'authorization', 'x-api-key', 'x-part', 'x-signature'];
  const eventId = { header: 'X-Signature' };
  expect(kept(names, sourceOf({ ...settings, hmac, eventId }), ['X-Check-Id'])).toEqual(['x-part']);
  const apiKey = sourceOf({ ...settings, type: 'ApiKey', apiKey: { header: 'X-Shop-Id' } });
  expect(kept(['x-shop-id', 'x-api-key'], apiKey, ['x-shop-id'])).toEqual([]);
});

test('a header that the source names for the event’s identity stays, one that it names as proof doesn’t', () => {
  const source: Source = { ...none, identityHeaders: ['i-idempotency-token'], signatureHeaders: ['x-proof'] };
  expect(kept(['i-idempotency-token', 'x-proof'], source)).toEqual(['i-idempotency-token']);
});

test('AWS as a sender has headers that stay, AWS as the way here hasn’t', () => {
  const sender = [
    'x-amz-sns-message-type',
    'x-amz-sns-message-id',
    'x-amz-sns-topic-arn',
    'x-amz-sns-subscription-arn',
    'x-amz-sns-rawdelivery',
    'x-amz-eventbridge-rule-name',
  ];
  const gateway = [
    'x-amz-cf-id',
    'x-amz-date',
    'x-amz-request-id',
    'x-amz-security-token',
    'x-amz-content-sha256',
    'x-amzn-trace-id',
    'x-amzn-requestid',
    'x-amz-snsish-id',
    'cloudfront-viewer-country',
  ];
  expect(kept([...sender, ...gateway, 'x-amz-sns-token', 'x-amz-eventbridge-api-key'])).toEqual(sender);
  expect(kept(gateway, none, ['X-Amz-Cf-Id'])).toEqual(['x-amz-cf-id']);
});

test('what the way here added doesn’t stay, nor a name that a document can’t hold', () => {
  expect(
    kept(['host', 'content-type', 'content-length', 'x-forwarded-for', 'x-amzn-trace-id', 'via']),
  ).toEqual([]);
  expect(kept(['a.b', '$where', '__proto__', 'a b', ''])).toEqual([]);
});
