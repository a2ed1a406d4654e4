import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LinearWebhookClient } from '@linear/sdk/webhooks';
import { Environment, Paddle } from '@paddle/paddle-node-sdk';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { post } from '../deliveries.ts';

/** The manifests of the page on HMAC, by their names: what is shown here is what users copy. */
const SPECS = new Map(
  [...readFileSync('docs/sources/hmac.md', 'utf8').matchAll(/^```yaml\n(.*?)^```$/gms)].map(
    ([, yaml = '']) => {
      const manifest = parse(yaml);
      return [String(manifest.metadata.name), webhookPipelineSpec.parse(manifest.spec)] as const;
    },
  ),
);

const shown = new Set<string>();

interface Example {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly secrets: readonly string[];
  readonly now?: string;
  readonly publicUrl?: string;
}

function verdict(name: string, { headers, body, secrets, now, publicUrl }: Example): string {
  const source = SPECS.get(name)?.source;
  if (source === undefined) throw new Error(`the page has no manifest ${name}`);
  shown.add(name);
  const settings = { ...source, publicUrl };
  const trust = { settings, secrets, now: new Date(now ?? '2026-01-02T03:04:05Z') };
  return sourceOf(settings).verify(post({ ...headers }, body), trust);
}

const minutesAfter = (time: string, minutes: number) =>
  new Date(Date.parse(time) + minutes * 60_000 + 1).toISOString();

const hmac = (key: string, encoding: 'hex' | 'base64', text: string) =>
  createHmac('sha256', key).update(text).digest(encoding);

afterEach(() => {
  vi.useRealTimers();
});

describe('what senders publish is taken by the manifest of their section', () => {
  test('Box: the example in the tests of its libraries, by either header and either key', () => {
    const time = '2020-01-01T00:00:00-07:00';
    const primary = { 'box-signature-primary': '6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI=' };
    const secondary = { 'box-signature-secondary': 'v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo=' };
    const body =
      '{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt"}}';
    const take = (headers: object, secrets: string[], more: Partial<Example> = {}) =>
      verdict('box', {
        headers: { 'box-delivery-timestamp': time, ...headers },
        body,
        secrets,
        now: time,
        ...more,
      });
    const keys = ['SamplePrimaryKey', 'SampleSecondaryKey'];
    expect(take({ ...primary, ...secondary }, keys)).toBe('authentic');
    expect(take({ ...primary, ...secondary }, ['another', 'SampleSecondaryKey'])).toBe('authentic');
    expect(take(primary, ['SamplePrimaryKey'])).toBe('authentic');
    expect(take(secondary, ['SampleSecondaryKey'])).toBe('authentic');
    expect(take(secondary, ['SamplePrimaryKey'])).toBe('signature-mismatch');
    expect(take({ ...primary, ...secondary }, keys, { body: `${body} ` })).toBe('signature-mismatch');
    expect(take(primary, keys, { now: minutesAfter(time, 10) })).toBe('timestamp-too-old');
    expect(take({ ...primary, 'box-delivery-timestamp': '2020-01-01T07:00:01Z' }, keys)).toBe(
      'signature-mismatch',
    );
    expect(take({ ...primary, 'box-delivery-timestamp': '1577862000' }, keys)).toBe('timestamp-malformed');
  });

  test('Square: the example of its documentation', () => {
    const example = {
      headers: { 'x-square-hmacsha256-signature': '2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og=' },
      body: '{"hello":"world"}',
      secrets: ['asdf1234'],
      publicUrl: 'https://example.com/webhook',
    };
    expect(verdict('square', example)).toBe('authentic');
    expect(verdict('square', { ...example, publicUrl: 'https://example.com/webhook/' })).toBe(
      'signature-mismatch',
    );
    expect(verdict('square', { ...example, body: '{"hello":"world"} ' })).toBe('signature-mismatch');
  });

  test('Adyen: the example in the tests of its library', () => {
    const example = {
      headers: { hmacsignature: '9Qz9S/0xpar1klkniKdshxpAhRKbiSAewPpWoxKefQA=' },
      body: '{"data":{"balancePlatform":"Integration_tools_test","accountId":"BA32272223222H5HVKTBK4MLB","sweep":{"id":"SWPC42272223222H5HVKV6H8C64DP5","schedule":{"type":"balance"},"status":"active","targetAmount":{"currency":"EUR","value":0},"triggerAmount":{"currency":"EUR","value":0},"type":"pull","counterparty":{"balanceAccountId":"BA3227C223222H5HVKT3H9WLC"},"currency":"EUR"}},"environment":"test","type":"balancePlatform.balanceAccountSweep.updated"}',
      secrets: ['D7DD5BA6146493707BF0BE7496F6404EC7A63616B7158EC927B9F54BB436765F'],
    };
    expect(verdict('adyen', example)).toBe('authentic');
    expect(verdict('adyen', { ...example, secrets: [example.secrets[0]?.toLowerCase() ?? ''] })).toBe(
      'authentic',
    );
    expect(verdict('adyen', { ...example, body: `${example.body}\n` })).toBe('signature-mismatch');
  });

  test('HubSpot: a signature made with Signature.getSignature of npm @hubspot/api-client 14.0.1', () => {
    const now = new Date(1_767_323_045_000).toISOString();
    const example = {
      headers: {
        'x-hubspot-signature-v3': 'awqMAAY/+hpRFxhlQxN17xRZpUcz51u043oRvRmm6e0=',
        'x-hubspot-request-timestamp': '1767323045000',
      },
      body: '[{"eventId":1,"subscriptionType":"contact.creation","note":"Grüße"}]',
      secrets: ['8d9f0c2e-41b7-4b1c-9d55-0a6c3f2b7e10'],
      publicUrl: 'https://hooks.example.com/hubspot?tenant=7&x=a%20b',
      now,
    };
    expect(verdict('hubspot', example)).toBe('authentic');
    expect(verdict('hubspot', { ...example, publicUrl: 'https://hooks.example.com/hubspot' })).toBe(
      'signature-mismatch',
    );
    expect(verdict('hubspot', { ...example, now: minutesAfter(now, 5) })).toBe('timestamp-too-old');
    const headers = { ...example.headers, 'x-hubspot-request-timestamp': '1767323045' };
    expect(verdict('hubspot', { ...example, headers })).toBe('timestamp-malformed');
  });
});

describe('what senders’ libraries take is taken by the manifest of their section, and nothing else', () => {
  const NOW = '2026-01-02T03:04:05.000Z';

  test('Paddle (npm @paddle/paddle-node-sdk)', async () => {
    vi.useFakeTimers({ now: new Date(NOW) });
    const secret = 'pdl_ntfset_01hy_x/+9';
    const { webhooks } = new Paddle('key', { environment: Environment.sandbox });
    const seconds = Date.parse(NOW) / 1000;
    for (const body of ['{"event_id":"evt_1"}', '{"event_id":"ü"}', '']) {
      const right = hmac(secret, 'hex', `${seconds}:${body}`);
      for (const [digest, sent] of [
        [right, body],
        [right.replace(/^./, (one) => (one === '0' ? '1' : '0')), body],
        [right, `${body} `],
        [hmac('other', 'hex', `${seconds}:${body}`), body],
      ] as const) {
        const header = `ts=${seconds};h1=${digest}`;
        const theirs = await webhooks.isSignatureValid(sent, secret, header);
        const ours = verdict('paddle', {
          headers: { 'paddle-signature': header },
          body: sent,
          secrets: [secret],
          now: NOW,
        });
        expect(ours).toBe(theirs ? 'authentic' : 'signature-mismatch');
        expect(theirs).toBe(digest === right && sent === body);
      }
    }
  });

  test('Linear (npm @linear/sdk)', () => {
    vi.useFakeTimers({ now: new Date(NOW) });
    const secret = 'lin_wh_1';
    const client = new LinearWebhookClient(secret);
    const theyTake = (body: string, signature: string) => {
      try {
        return client.verify(Buffer.from(body), signature);
      } catch {
        return false;
      }
    };
    const seen = new Set<string>();
    for (const offset of [0, -60_000, 60_000, -60_001, 60_001, 86_400_000]) {
      for (const key of [secret, 'other']) {
        const body = JSON.stringify({
          action: 'create',
          webhookTimestamp: Date.parse(NOW) + offset,
          title: 'ü',
        });
        const signature = hmac(key, 'hex', body);
        const ours = verdict('linear', {
          headers: { 'linear-signature': signature },
          body,
          secrets: [secret],
          now: NOW,
        });
        expect(ours === 'authentic').toBe(theyTake(body, signature));
        seen.add(ours);
      }
    }
    expect([...seen].sort()).toEqual([
      'authentic',
      'signature-mismatch',
      'timestamp-in-future',
      'timestamp-too-old',
    ]);
    const untimed = {
      headers: { 'linear-signature': hmac(secret, 'hex', '{}') },
      body: '{}',
      secrets: [secret],
    };
    expect(verdict('linear', untimed)).toBe('timestamp-missing');
  });
});

/** No more than that the manifests say what the documentation says: nothing of these senders' own is at hand. */
describe('what senders describe is taken by the manifest of their section', () => {
  const now = '2026-01-02T03:04:05Z';
  const seconds = Date.parse(now) / 1000;
  const body = '{"event":{"id":"1"}}';

  test('Calendly', () => {
    const header = `t=${seconds},v1=${hmac('key', 'hex', `${seconds}.${body}`)}`;
    const example = { headers: { 'calendly-webhook-signature': header }, body, secrets: ['key'], now };
    expect(verdict('calendly', example)).toBe('authentic');
    expect(verdict('calendly', { ...example, now: minutesAfter(now, 6) })).toBe('timestamp-too-old');
    expect(verdict('calendly', { ...example, body: `${body} ` })).toBe('signature-mismatch');
  });

  test('PagerDuty, also while a secret is rotated', () => {
    const both = `v1=${hmac('old', 'hex', body)},v1=${hmac('new', 'hex', body)}`;
    for (const secret of ['old', 'new']) {
      const example = { headers: { 'x-pagerduty-signature': both }, body, secrets: [secret] };
      expect(verdict('pagerduty', example)).toBe('authentic');
      expect(verdict('pagerduty', { ...example, secrets: ['none'] })).toBe('signature-mismatch');
    }
  });

  test('DocuSign, with any of its keys', () => {
    const headers = {
      'x-docusign-signature-1': hmac('one', 'base64', body),
      'x-docusign-signature-2': hmac('two', 'base64', body),
    };
    for (const secret of ['one', 'two'])
      expect(verdict('docusign', { headers, body, secrets: [secret] })).toBe('authentic');
    expect(verdict('docusign', { headers, body, secrets: ['three'] })).toBe('signature-mismatch');
    expect(verdict('docusign', { headers: {}, body, secrets: ['one'] })).toBe('signature-missing');
  });

  test('Zendesk', () => {
    const secret = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';
    const headers = {
      'x-zendesk-webhook-signature': hmac(secret, 'base64', `${now}${body}`),
      'x-zendesk-webhook-signature-timestamp': now,
    };
    expect(verdict('zendesk', { headers, body, secrets: [secret], now })).toBe('authentic');
    expect(verdict('zendesk', { headers, body, secrets: [secret], now: minutesAfter(now, 5) })).toBe(
      'timestamp-too-old',
    );
    expect(verdict('zendesk', { headers, body: `${body} `, secrets: [secret], now })).toBe(
      'signature-mismatch',
    );
  });
});

test('each section of the page is shown', () => {
  expect([...SPECS.keys()].filter((name) => name !== 'partner' && !shown.has(name))).toEqual([]);
});
