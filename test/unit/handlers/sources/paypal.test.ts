import { sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawRequest } from '../../../../handlers/raw-request.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { secretProblems } from '../../../../handlers/sources/secret-problems.ts';
import { post } from '../deliveries.ts';
import { signingCertificate } from './signing-certificate.ts';

const { certificate, privateKey } = signingCertificate();
const other = signingCertificate();
const NOW = new Date();
const WEBHOOK_ID = '9XL90610J3647323C';
const CERTIFICATE_URL =
  'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77';

const settings = { type: 'PayPal', toleranceSeconds: 300 };
const source = sourceOf(settings);
const trust = { settings, secrets: [WEBHOOK_ID], now: NOW, certificate };

const BODY = JSON.stringify({
  id: 'WH-9UG43882HX7271132-6E0871324L7949614',
  create_time: '2026-01-02T03:04:05Z',
  event_type: 'PAYMENT.SALE.COMPLETED',
  summary: 'Zahlung über 21 €',
});

interface Delivered {
  readonly id: string;
  readonly time: string;
  readonly webhookId: string;
  readonly body: string;
}
const RIGHT: Delivered = {
  id: 'd938e770-8046-11e6-8103-6b62a8a99ac4',
  time: '2026-01-02T03:04:06Z',
  webhookId: WEBHOOK_ID,
  body: BODY,
};

/** As PayPal's own library for Python has what is signed: the sum without a sign, in decimal. */
function signatureOf({ id, time, webhookId, body }: Delivered, key = privateKey): string {
  const text = [id, time, webhookId, String(crc32(Buffer.from(body)) >>> 0)].join('|');
  return sign('sha256', Buffer.from(text), key).toString('base64');
}

const headersOf = (delivered: Delivered, key = privateKey): Record<string, string> => ({
  'paypal-transmission-id': delivered.id,
  'paypal-transmission-time': delivered.time,
  'paypal-transmission-sig': signatureOf(delivered, key),
  'paypal-cert-url': CERTIFICATE_URL,
  'paypal-auth-algo': 'SHA256withRSA',
});
const verdict = (request: RawRequest, more: Partial<typeof trust> = {}) =>
  source.verify(request, { ...trust, ...more });

test('a delivery for the webhook is authentic, by any of the ids that are named', () => {
  const right = post(headersOf(RIGHT), BODY);
  expect(verdict(right)).toBe('authentic');
  expect(verdict(right, { secrets: ['8PT597110X687430LKGECATA', WEBHOOK_ID] })).toBe('authentic');
  expect(verdict(right, { secrets: ['8PT597110X687430LKGECATA'] })).toBe('signature-mismatch');
  expect(verdict(right, { secrets: [] })).toBe('signature-mismatch');
});

test('the sum that is signed is CRC-32 as everyone has it', () => {
  // The check value of CRC-32/ISO-HDLC.
  expect(crc32('123456789')).toBe(0xcbf43926);
  const check = { ...RIGHT, body: '123456789' };
  const text = `${check.id}|${check.time}|${check.webhookId}|3421780262`;
  const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64');
  expect(verdict(post({ ...headersOf(check), 'paypal-transmission-sig': signature }, check.body))).toBe(
    'authentic',
  );
});

test('nobody else’s signature is, nor one that is missing or of another kind', () => {
  expect(verdict(post(headersOf(RIGHT, other.privateKey), BODY))).toBe('signature-mismatch');
  const without = (name: string, value?: string) => {
    const { [name]: _, ...rest } = headersOf(RIGHT);
    return verdict(post(value === undefined ? rest : { ...rest, [name]: value }, BODY));
  };
  expect(without('paypal-transmission-sig')).toBe('signature-missing');
  expect(without('paypal-transmission-sig', 'ä')).toBe('signature-malformed');
  expect(without('paypal-transmission-id')).toBe('id-missing');
  expect(without('paypal-transmission-time')).toBe('timestamp-missing');
  for (const algorithm of ['SHA1withRSA', 'none', 'sha256withrsa'])
    expect(without('paypal-auth-algo', algorithm)).toBe('signature-malformed');
});

test('the certificate has to be there, and valid now', () => {
  const right = post(headersOf(RIGHT), BODY);
  expect(source.verify(right, { ...trust, certificate: undefined })).toBe('certificate-unknown');
  const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
  expect(verdict(right, { now: inDays(3660) })).toBe('certificate-unknown');
  expect(verdict(right, { now: inDays(-2) })).toBe('certificate-unknown');
});

test('a part that is moved into the next is not authentic', () => {
  const moved = {
    ...headersOf(RIGHT),
    'paypal-transmission-id': 'd938e770',
    'paypal-transmission-time': '8046',
  };
  const text = `a|b|c|${WEBHOOK_ID}|${crc32(BODY)}`;
  const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64');
  for (const [id, time] of [
    ['a', 'b|c'],
    ['a|b', 'c'],
  ]) {
    const headers = { ...moved, 'paypal-transmission-id': id, 'paypal-transmission-time': time };
    const request = post(
      { ...headers, 'paypal-transmission-sig': signature } as Record<string, string>,
      BODY,
    );
    expect(verdict(request)).toBe('signature-malformed');
  }
});

test('no change of a header or of the body is authentic', { timeout: 60_000 }, () => {
  const right = headersOf(RIGHT);
  const names = [
    'paypal-transmission-id',
    'paypal-transmission-time',
    'paypal-transmission-sig',
    'paypal-auth-algo',
    '',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.nat(),
      fc.string({ maxLength: 3 }),
      fc.nat(2),
      (name, at, put, cut) => {
        const old = name === '' ? BODY : (right[name] ?? '');
        const index = at % (old.length + 1);
        const changed = old.slice(0, index) + put + old.slice(index + cut);
        const bytes = (text: string) => Buffer.from(text, 'base64').toString('hex');
        if (changed === old || (name.endsWith('sig') && bytes(changed) === bytes(old))) return;
        const request = name === '' ? post(right, changed) : post({ ...right, [name]: changed }, BODY);
        expect(verdict(request)).not.toBe('authentic');
      },
    ),
    { seed: 20_260_102, numRuns: 10_000 },
  );
});

describe('the certificate is asked for', () => {
  const urlOf = (url: string) => source.certificateUrl?.(post({ 'paypal-cert-url': url }, BODY));

  test('at PayPal and its sandbox', () => {
    expect(urlOf(CERTIFICATE_URL)).toBe(CERTIFICATE_URL);
    const live = CERTIFICATE_URL.replace('sandbox.', '');
    expect(urlOf(live)).toBe(live);
  });

  test.each([
    'https://api.paypal.com.attacker.example/v1/notifications/certs/CERT-a',
    'https://attacker.example/v1/notifications/certs/CERT-a',
    'https://api.paypal.com@attacker.example/v1/notifications/certs/CERT-a',
    'https://user@api.paypal.com/v1/notifications/certs/CERT-a',
    'https://api.paypal.com:8443/v1/notifications/certs/CERT-a',
    'http://api.paypal.com/v1/notifications/certs/CERT-a',
    'https://apixpaypal.com/v1/notifications/certs/CERT-a',
    'https://www.paypal.com/v1/notifications/certs/CERT-a',
    'https://api.paypal.com/v1/notifications/certs/../CERT-a',
    'https://api.paypal.com/v1/notifications/certs/CERT-a/../../../x',
    'https://api.paypal.com/v1/notifications/certs/CERT-a?x',
    'https://api.paypal.com/v1/notifications/certs/CERT-a#x',
    'https://api.paypal.com/v1/notifications/certs/CERT-%2e%2e',
    'https://api.paypal.com//attacker.example/CERT-a',
    'https://api.paypal.com\\@attacker.example/v1/notifications/certs/CERT-a',
    'https://api.paypal.com/v1/notifications/certs/CERT-a\n',
    'https://169.254.169.254/v1/notifications/certs/CERT-a',
    'https://127.0.0.1/v1/notifications/certs/CERT-a',
    'file:///v1/notifications/certs/CERT-a',
  ])('never at %j', (url) => {
    expect(urlOf(url)).toBeUndefined();
  });

  test('never anywhere else, however the URL is changed', () => {
    const pieces = fc.constantFrom(
      '@',
      '/',
      '..',
      '%2f',
      '\\',
      ':',
      '#',
      '?',
      '.',
      '\t',
      'evil',
      '[',
      '//',
      '\n',
    );
    const edit = fc.tuple(fc.nat(), fc.oneof(pieces, fc.string({ maxLength: 5 })), fc.nat(5));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let url = CERTIFICATE_URL;
        for (const [at, put, cut] of edits) {
          const index = at % (url.length + 1);
          url = url.slice(0, index) + put + url.slice(index + cut);
        }
        const found = urlOf(url);
        if (found === undefined) return;
        const { origin, pathname } = new URL(found);
        expect(['https://api.paypal.com', 'https://api.sandbox.paypal.com']).toContain(origin);
        expect(pathname).toMatch(/^\/v1\/notifications\/certs\/CERT-[\w-]+$/);
        expect(found).toBe(`${origin}${pathname}`);
      }),
      { seed: 20_260_102, numRuns: 10_000 },
    );
  });
});

test('an event is known by its id, and has its type and times', () => {
  expect(source.identify(post(headersOf(RIGHT), BODY))).toEqual({
    id: 'WH-9UG43882HX7271132-6E0871324L7949614',
    type: 'PAYMENT.SALE.COMPLETED',
    sentAt: new Date('2026-01-02T03:04:05Z'),
    attemptedAt: new Date('2026-01-02T03:04:06Z'),
  });
});

test('what is no id of a webhook is named as such', () => {
  expect(secretProblems(settings, [WEBHOOK_ID])).toEqual([]);
  for (const secret of ['WH-9UG43882HX7271132', 'a|b', 'a b'])
    expect(secretProblems(settings, [secret])).toMatchObject([{ secret: 0 }]);
});
