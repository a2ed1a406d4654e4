import { createHmac } from 'node:crypto';
import type { HmacSettings, SourceSettings, SourceType } from '../../../../handlers/contract.ts';
import type { RawRequest } from '../../../../handlers/raw-request.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { withSender } from '../../../../src/senders/index.ts';
import { NOW } from '../deliveries.ts';

export const NOW_SECONDS = Math.floor(NOW.getTime() / 1000);
export const URL_CALLED = 'https://example.execute-api.eu-west-1.amazonaws.com/live/nami/orders';

/** What a test asks a sender to deliver. */
export interface Order {
  readonly body: Buffer;
  readonly secret: string;
  /** Unix seconds. */
  readonly seconds: number;
  readonly id: string;
}

export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A sender as its own documentation describes it; `sdk.test.ts` holds those with a library against it. */
export interface Sender {
  readonly name: string;
  readonly settings: SourceSettings;
  /** Three that can be used; no two are alike. */
  readonly secrets: readonly [string, string, string];
  /** The header that proves who sends, if one does. */
  readonly proof?: string;
  readonly written: 'hex' | 'base64' | 'text';
  /** What the proof depends on. */
  readonly covers: { readonly body: boolean; readonly time: boolean };
  /** The time's header, where it has one of its own. */
  readonly timeHeader?: string;
  /** The identity that an event has; undefined: each delivery is one. */
  identity(order: Order, delivery: Delivery): string | undefined;
  deliver(order: Order): Delivery;
}

const digest = (
  algorithm: string,
  key: string | Buffer,
  encoding: 'hex' | 'base64',
  ...parts: (string | Buffer)[]
) => {
  const hmac = createHmac(algorithm, key);
  for (const part of parts) hmac.update(part);
  return hmac.digest(encoding);
};

const settingsOf = (type: SourceType, more: Partial<SourceSettings> = {}): SourceSettings =>
  withSender({ type, toleranceSeconds: 300, ...more });

const HEX_SECRETS = ['4f9e2c', 'a1b2c3d4e5f6', 'fedcba9876543210'] as const;
const WORDS = ["It's a Secret to Everybody", 'another one, älter', 'third'] as const;
const TOKENS = ['glpat-2cdF_x', 'another token', 'third~token'] as const;
const SIGNING_TOKENS = [
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  'whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=',
] as const;

const SIGNED = { body: true, time: false };
const SIGNED_WITH_TIME = { body: true, time: true };
const SHOWN = { body: false, time: false };

const bodyHash = (_: Order, { body }: Delivery) => `sha256:${sha256Hex(body)}`;

/** A word in the body, if that is JSON. */
const memberOf =
  (name: string) =>
  (_: Order, { body }: Delivery): string | undefined => {
    try {
      const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))?.[name];
      return typeof value === 'string' && value !== '' ? value : undefined;
    } catch {
      return undefined;
    }
  };

/** `sha256=<hex>` over the body. */
const hub = (
  type: SourceType,
  header: string,
  headersOf: (id: string) => Record<string, string>,
  identity: Sender['identity'],
): Sender => ({
  name: type,
  settings: settingsOf(type),
  secrets: WORDS,
  proof: header,
  written: 'hex',
  covers: SIGNED,
  identity,
  deliver: ({ body, secret, id }) => ({
    headers: { ...headersOf(id), [header]: `sha256=${digest('sha256', secret, 'hex', body)}` },
    body,
  }),
});

const standardHeaders = ({ body, secret, seconds, id }: Order) => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${digest('sha256', key, 'base64', `${id}.${seconds}.`, body)}`,
  };
};

const standard = (type: SourceType, name: string): Sender => ({
  name,
  settings: settingsOf(type),
  secrets: SIGNING_TOKENS,
  proof: 'webhook-signature',
  written: 'base64',
  covers: SIGNED_WITH_TIME,
  timeHeader: 'webhook-timestamp',
  identity: ({ id }) => id,
  deliver: (order) => ({ headers: standardHeaders(order), body: order.body }),
});

const token = (
  type: SourceType,
  name: string,
  header: string,
  secrets: Sender['secrets'],
  shownAs: (secret: string) => string,
  more: Partial<Pick<Sender, 'identity' | 'settings' | 'written'>> = {},
): Sender => ({
  name,
  settings: settingsOf(type),
  secrets,
  proof: header,
  written: 'text',
  covers: SHOWN,
  identity: () => undefined,
  deliver: ({ body, secret, id }) => ({
    headers: { [header]: shownAs(secret), 'idempotency-key': id },
    body,
  }),
  ...more,
});

const twilio = (name: string, deliver: Sender['deliver']): Sender => ({
  name,
  settings: settingsOf('Twilio'),
  secrets: HEX_SECRETS,
  proof: 'x-twilio-signature',
  written: 'base64',
  covers: SIGNED,
  identity: ({ id }) => id,
  deliver,
});

export const TIMED_HMAC: HmacSettings = {
  header: 'X-Sig',
  algorithm: 'sha512',
  encoding: 'base64',
  prefix: 'v1:',
  template: '{timestamp}.{header:X-Id}.{body}',
  timestampHeader: 'X-Time',
};

const shopify = (name: string, prefix: 'x-shopify-' | 'shopify-'): Sender => ({
  name,
  settings: settingsOf('Shopify'),
  secrets: HEX_SECRETS,
  proof: `${prefix}hmac-sha256`,
  written: 'base64',
  covers: SIGNED,
  identity: ({ id }) => `orders/create:${id}`,
  deliver: ({ body, secret, id }) => ({
    headers: {
      [`${prefix}hmac-sha256`]: digest('sha256', secret, 'base64', body),
      [`${prefix}event-id`]: id,
      [`${prefix}webhook-id`]: `w-${id}`,
      [`${prefix}topic`]: 'orders/create',
    },
    body,
  }),
});

/** Every way in which a delivery can prove who sends it. */
export const SENDERS: readonly Sender[] = [
  hub(
    'GitHub',
    'x-hub-signature-256',
    (id) => ({ 'x-github-hook-id': '4711', 'x-github-delivery': id, 'x-github-event': 'push' }),
    ({ id }) => `4711:${id}`,
  ),
  standard('StandardWebhooks', 'StandardWebhooks'),
  {
    name: 'Stripe',
    settings: settingsOf('Stripe'),
    secrets: SIGNING_TOKENS,
    proof: 'stripe-signature',
    written: 'hex',
    covers: SIGNED_WITH_TIME,
    identity: memberOf('id'),
    deliver: ({ body, secret, seconds }) => ({
      headers: {
        'stripe-signature': `t=${seconds},v1=${digest('sha256', secret, 'hex', `${seconds}.`, body)}`,
      },
      body,
    }),
  },
  shopify('Shopify', 'x-shopify-'),
  shopify('Shopify, its Events', 'shopify-'),
  {
    name: 'Slack',
    settings: settingsOf('Slack'),
    secrets: HEX_SECRETS,
    proof: 'x-slack-signature',
    written: 'hex',
    covers: SIGNED_WITH_TIME,
    timeHeader: 'x-slack-request-timestamp',
    identity: memberOf('event_id'),
    deliver: ({ body, secret, seconds }) => ({
      headers: {
        'x-slack-request-timestamp': String(seconds),
        'x-slack-signature': `v0=${digest('sha256', secret, 'hex', `v0:${seconds}:`, body)}`,
      },
      body,
    }),
  },
  twilio('Twilio, a form', ({ body, secret, id }) => {
    const fields = new URLSearchParams({ To: '+49 30 1', Body: body.toString('base64'), AccountSid: 'AC1' });
    const signed = `${URL_CALLED}AccountSidAC1Body${body.toString('base64')}To+49 30 1`;
    return {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': digest('sha1', secret, 'base64', signed),
        'i-twilio-idempotency-token': id,
      },
      body: Buffer.from(fields.toString()),
    };
  }),
  twilio('Twilio, JSON', ({ body, secret, id }) => ({
    headers: {
      'content-type': 'application/json',
      'x-twilio-signature': digest('sha1', secret, 'base64', `${URL_CALLED}?bodySHA256=${sha256Hex(body)}`),
      'i-twilio-idempotency-token': id,
    },
    query: { bodySHA256: sha256Hex(body) },
    body,
  })),
  token('GitLab', 'GitLab, secret token', 'x-gitlab-token', TOKENS, (secret) => secret, {
    identity: ({ id }) => id,
  }),
  standard('GitLab', 'GitLab, signing token'),
  hub(
    'Jira',
    'x-hub-signature',
    (id) => ({ 'x-atlassian-webhook-identifier': id }),
    ({ id }) => id,
  ),
  hub(
    'Bitbucket',
    'x-hub-signature',
    (id) => ({ 'x-request-uuid': id, 'x-event-key': 'repo:push' }),
    ({ id }) => id,
  ),
  hub('Meta', 'x-hub-signature-256', () => ({}), bodyHash),
  {
    name: 'X',
    settings: settingsOf('X'),
    secrets: HEX_SECRETS,
    proof: 'x-twitter-webhooks-signature',
    written: 'base64',
    covers: SIGNED,
    identity: bodyHash,
    deliver: ({ body, secret }) => {
      // X sends objects, never a bare word.
      const sent = Buffer.concat([Buffer.from('{'), body]);
      return {
        headers: { 'x-twitter-webhooks-signature': `sha256=${digest('sha256', secret, 'base64', sent)}` },
        body: sent,
      };
    },
  },
  {
    name: 'MicrosoftGraph',
    settings: settingsOf('MicrosoftGraph'),
    secrets: WORDS,
    written: 'text',
    covers: SHOWN,
    identity: bodyHash,
    deliver: ({ body, secret, id }) => {
      const notification = { clientState: secret, subscriptionId: id, resource: body.toString('base64') };
      return { headers: {}, body: Buffer.from(JSON.stringify({ value: [notification, notification] })) };
    },
  },
  token('Okta', 'Okta', 'authorization', TOKENS, (secret) => secret, { identity: bodyHash }),
  {
    name: 'HMAC, as it is by default',
    settings: settingsOf('HMAC', {
      hmac: { header: 'X-Signature', algorithm: 'sha256', encoding: 'hex', prefix: '', template: '{body}' },
      eventId: { bodySha256: true },
    }),
    secrets: WORDS,
    proof: 'x-signature',
    written: 'hex',
    covers: SIGNED,
    identity: bodyHash,
    deliver: ({ body, secret }) => ({
      headers: { 'x-signature': digest('sha256', secret, 'hex', body) },
      body,
    }),
  },
  {
    name: 'HMAC, with all settings',
    settings: settingsOf('HMAC', { hmac: TIMED_HMAC, eventId: { header: 'X-Id' } }),
    secrets: WORDS,
    proof: 'x-sig',
    written: 'base64',
    covers: SIGNED_WITH_TIME,
    timeHeader: 'x-time',
    identity: ({ id }) => id,
    deliver: ({ body, secret, seconds, id }) => ({
      headers: {
        'x-id': id,
        'x-time': String(seconds),
        'x-sig': `v1:${digest('sha512', secret, 'base64', `${seconds}.${id}.`, body)}`,
      },
      body,
    }),
  },
  token('ApiKey', 'ApiKey', 'x-key', TOKENS, (secret) => secret, {
    settings: settingsOf('ApiKey', { apiKey: { header: 'X-Key' }, eventId: { header: 'Idempotency-Key' } }),
    identity: ({ id }) => id,
  }),
  {
    name: 'ApiKey, in the query',
    settings: settingsOf('ApiKey', { apiKey: { header: 'X-Api-Key', query: 'code' } }),
    secrets: TOKENS,
    written: 'text',
    covers: SHOWN,
    identity: () => undefined,
    deliver: ({ body, secret, id }) => ({
      headers: { 'idempotency-key': id },
      query: { code: secret },
      body,
    }),
  },
  token('Bearer', 'Bearer', 'authorization', TOKENS, (secret) => `Bearer ${secret}`, {
    settings: settingsOf('Bearer', { eventId: { jsonPath: '$.id' } }),
    identity: memberOf('id'),
  }),
  token(
    'Basic',
    'Basic',
    'authorization',
    ['ann:pass:word', 'bob:pässword', 'c:d'],
    (secret) => `Basic ${Buffer.from(secret).toString('base64')}`,
    { written: 'base64' },
  ),
];

export function requestOf({ headers, query = {}, body }: Delivery): RawRequest {
  const many = (values: Readonly<Record<string, string>>) =>
    new Map(Object.entries(values).map(([name, value]) => [name, [value]]));
  return { method: 'POST', url: URL_CALLED, query: many(query), headers: many(headers), body };
}
