import { describe, expect, test } from 'vitest';
import type { HmacSettings, SourceSettings } from '../../../../handlers/contract.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { NOW } from '../deliveries.ts';
import { NOW_SECONDS, requestOf, SENDERS, type Sender } from './senders.ts';

/**
 * Each sender with one HMAC in one header, as a user would describe it. Not to be described so: Stripe (its header holds
 * the time too), StandardWebhooks and GitLab's signing token (the key is base64, the header a list), Twilio (signs
 * URL and sorted fields).
 */
const DESCRIBED: Readonly<Record<string, Partial<HmacSettings> & { header: string }>> = {
  GitHub: { header: 'X-Hub-Signature-256', prefix: 'sha256=' },
  Shopify: { header: 'X-Shopify-Hmac-SHA256', encoding: 'base64' },
  Slack: {
    header: 'X-Slack-Signature',
    prefix: 'v0=',
    template: 'v0:{timestamp}:{body}',
    timestampHeader: 'X-Slack-Request-Timestamp',
  },
  Jira: { header: 'X-Hub-Signature', prefix: 'sha256=' },
  Bitbucket: { header: 'X-Hub-Signature', prefix: 'sha256=' },
  Meta: { header: 'X-Hub-Signature-256', prefix: 'sha256=' },
  X: { header: 'x-twitter-webhooks-signature', prefix: 'sha256=', encoding: 'base64' },
};

describe.each(Object.entries(DESCRIBED))('%s as HMAC', (name, hmac) => {
  const sender = SENDERS.find((each) => each.name === name) as Sender;
  const secretRefs = [{ name: 's', key: 'k' }];
  const { source } = webhookPipelineSpec.parse({ source: { type: 'HMAC', secretRefs, hmac } });

  test('judges every delivery as the source of that name does', () => {
    const verdicts = new Set<string>();
    for (const body of ['{}', '', '\xff\x00', 'a=%7b'].map((text) => Buffer.from(text, 'latin1'))) {
      for (const seconds of [NOW_SECONDS, NOW_SECONDS - 301, NOW_SECONDS + 301, NOW_SECONDS * 1000]) {
        for (const secret of [...sender.secrets, 'unknown']) {
          const sent = sender.deliver({ body, secret, seconds, id: 'id' });
          const right = sent.headers[sender.proof ?? ''] ?? '';
          for (const proof of [
            right,
            '',
            right.toUpperCase(),
            right.slice(1),
            `${right}0`,
            `sha1=${right}`,
          ]) {
            const request = requestOf({ ...sent, headers: { ...sent.headers, [sender.proof ?? '']: proof } });
            const verdict = (settings: SourceSettings) =>
              sourceOf(settings).verify(request, { settings, secrets: sender.secrets, now: NOW });
            expect(verdict(source)).toBe(verdict(sender.settings));
            verdicts.add(verdict(source));
          }
        }
      }
    }
    expect([...verdicts]).toEqual(
      expect.arrayContaining(['authentic', 'signature-missing', 'signature-malformed', 'signature-mismatch']),
    );
  });
});

test('each algorithm and encoding has digests of its own length', () => {
  for (const [algorithm, hex] of [
    ['sha1', 40],
    ['sha256', 64],
    ['sha512', 128],
  ] as const) {
    for (const length of [40, 64, 128]) {
      const settings: SourceSettings = {
        type: 'HMAC',
        toleranceSeconds: 300,
        hmac: { header: 'X-Sig', algorithm, encoding: 'hex', prefix: '', template: '{body}' },
      };
      const request = requestOf({ headers: { 'x-sig': 'a'.repeat(length) }, body: Buffer.alloc(0) });
      const verdict = sourceOf(settings).verify(request, { settings, secrets: ['s'], now: NOW });
      expect(verdict).toBe(length === hex ? 'signature-mismatch' : 'signature-malformed');
    }
  }
});
