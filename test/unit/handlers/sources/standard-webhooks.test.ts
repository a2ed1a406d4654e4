import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { standardWebhooks } from '../../../../handlers/sources/standard-webhooks.ts';
import { NOW, post, trust } from '../deliveries.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const NOW_SECONDS = Math.floor(NOW.getTime() / 1000);

function signedBy(secret: string, body: string, id = ID, seconds = NOW_SECONDS): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': new Webhook(secret).sign(id, new Date(seconds * 1000), body),
  };
}

const verify = (headers: Record<string, string>, body: string | Buffer, secrets = [SECRET], now = NOW) =>
  standardWebhooks.verify(post(headers, body), trust('StandardWebhooks', secrets, now));

describe('verify', () => {
  test('takes what the specification’s library signs', () => {
    expect(verify(signedBy(SECRET, '{"type":"a"}'), '{"type":"a"}')).toBe('authentic');
    expect(verify(signedBy(SECRET, ''), '')).toBe('authentic');
    expect(verify(signedBy(SECRET, '{}'), '{}', [OTHER_SECRET, SECRET])).toBe('authentic');
    expect(verify(signedBy(SECRET, '{}'), '{}', [SECRET.replace('whsec_', '')])).toBe('authentic');
    expect(verify(signedBy(SECRET, '{}'), '{}', [OTHER_SECRET])).toBe('signature-mismatch');
    expect(verify(signedBy(SECRET, '{}'), '{} ')).toBe('signature-mismatch');
  });

  test('takes a secret as its sender shows it, the version of its signatures before it', () => {
    expect(verify(signedBy(SECRET, '{}'), '{}', [`v1,${SECRET}`])).toBe('authentic');
    expect(verify(signedBy(OTHER_SECRET, '{}'), '{}', [`v1,${SECRET}`])).toBe('signature-mismatch');
    expect(standardWebhooks.checkSecret(`v1,${SECRET}`)).toBeUndefined();
    for (const secret of [
      `v2,${SECRET}`,
      `v1a,${SECRET}`,
      `v1,v1,${SECRET}`,
      'v1,AAAA',
      'v1,whsec_',
      'v1,',
    ]) {
      expect(standardWebhooks.checkSecret(secret)).toContain('copy it whole');
    }
  });

  test('takes what is signed with the text of a secret by the base64 of that text', () => {
    // As npm @polar-sh/sdk hands its secret to npm standardwebhooks.
    for (const text of ['polar_whs_9f8e', 'AAAABBBBCCCCDDDD']) {
      const stored = Buffer.from(text).toString('base64');
      expect(verify(signedBy(stored, '{}'), '{}', [stored])).toBe('authentic');
      expect(verify(signedBy(stored, '{}'), '{}', [text])).toBe('signature-mismatch');
    }
    expect(standardWebhooks.checkSecret('polar_whs_9f8e')).toContain('store the base64 of it');
  });

  test('takes the same headers under Svix’s prefix, but not mixed ones', () => {
    const headers = signedBy(SECRET, '{}');
    const svix = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.replace('webhook-', 'svix-'), value]),
    );
    expect(verify(svix, '{}')).toBe('authentic');
    const { 'webhook-id': id = '', ...rest } = headers;
    expect(verify({ ...rest, 'svix-id': id }, '{}')).toBe('id-missing');
  });

  test('one right signature among others is enough; unknown versions are skipped', () => {
    const { 'webhook-signature': right, ...headers } = signedBy(SECRET, '{}');
    const { 'webhook-signature': wrong } = signedBy(OTHER_SECRET, '{}');
    const withSignature = (signature: string) => verify({ ...headers, 'webhook-signature': signature }, '{}');
    expect(withSignature(`${wrong} v2,abc ${right}`)).toBe('authentic');
    expect(withSignature(`${right}  ${wrong}`)).toBe('authentic');
    expect(withSignature(`${wrong}`)).toBe('signature-mismatch');
    expect(withSignature(`${right?.replace('v1,', 'v2,')}`)).toBe('signature-malformed');
    expect(withSignature(`${right?.replace('v1,', 'v1a,')}`)).toBe('signature-mismatch');
    expect(withSignature('v1,')).toBe('signature-mismatch');
    expect(withSignature('v1,äöü=')).toBe('signature-malformed');
    expect(withSignature(`v1,${'A'.repeat(4000)}`)).toBe('signature-mismatch');
  });

  test('takes a v1a signature by the sender’s public key, and no v1 by it', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { x = '' } = publicKey.export({ format: 'jwk' });
    const secret = `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
    expect(standardWebhooks.checkSecret(secret)).toBeUndefined();
    const signature = sign(null, Buffer.from(`${ID}.${NOW_SECONDS}.{}`), privateKey).toString('base64');
    const headers = { 'webhook-id': ID, 'webhook-timestamp': String(NOW_SECONDS) };
    const v1a = { ...headers, 'webhook-signature': `v1,AAAA v1a,${signature}` };
    expect(verify(v1a, '{}', [SECRET, secret])).toBe('authentic');
    expect(verify(v1a, '{ }', [SECRET, secret])).toBe('signature-mismatch');
    // A public key is no secret: nobody may sign with it as if it were a shared one.
    const forged = signedBy(secret.replace('whpk_', 'whsec_'), '{}');
    expect(verify(forged, '{}', [secret])).toBe('signature-mismatch');
  });

  test.each([
    ['webhook-id', 'id-missing'],
    ['webhook-timestamp', 'timestamp-missing'],
    ['webhook-signature', 'signature-missing'],
  ])('refuses a delivery without %s', (name, reason) => {
    const { [name]: _, ...headers } = signedBy(SECRET, '{}');
    expect(verify(headers, '{}')).toBe(reason);
    expect(verify({ ...headers, [name]: '' }, '{}')).toBe(reason);
  });

  test.each([
    [300, 'authentic'],
    [301, 'timestamp-in-future'],
    [-300, 'authentic'],
    [-301, 'timestamp-too-old'],
  ])('a timestamp %i s from now is %s', (offset, verdict) => {
    expect(verify(signedBy(SECRET, '{}', ID, NOW_SECONDS + offset), '{}')).toBe(verdict);
    // The fraction of the current second doesn't move the limits.
    const late = new Date(NOW.getTime() + 999);
    expect(verify(signedBy(SECRET, '{}', ID, NOW_SECONDS + offset), '{}', [SECRET], late)).toBe(verdict);
  });

  test.each([
    [String(NOW.getTime()), 'timestamp-in-milliseconds'],
    [`${NOW_SECONDS}.5`, 'timestamp-malformed'],
    [`-${NOW_SECONDS}`, 'timestamp-malformed'],
    [`${NOW_SECONDS} `, 'timestamp-malformed'],
    ['0x6957', 'timestamp-malformed'],
    ['NaN', 'timestamp-malformed'],
    ['2026-01-02T03:04:05Z', 'timestamp-malformed'],
    ['9'.repeat(40), 'timestamp-malformed'],
  ])('a timestamp %j is %s', (timestamp, reason) => {
    expect(verify({ ...signedBy(SECRET, '{}'), 'webhook-timestamp': timestamp }, '{}')).toBe(reason);
  });

  test('takes what is signed, and nothing in which body, id, time or secret were changed', () => {
    const text = fc.string({ unit: 'grapheme' });
    const id = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_'), minLength: 1 });
    const secret = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((key) => `whsec_${Buffer.from(key).toString('base64')}`);
    const offset = fc.integer({ min: -600, max: 600 });
    fc.assert(
      fc.property(
        text,
        text,
        id,
        id,
        secret,
        secret,
        offset,
        (body, otherBody, ownId, otherId, key, otherKey, age) => {
          const headers = signedBy(key, body, ownId, NOW_SECONDS - age);
          const fresh = Math.abs(age) <= 300;
          expect(verify(headers, body, [otherKey, key]) === 'authentic').toBe(fresh);
          expect(verify(headers, otherBody, [key]) === 'authentic').toBe(fresh && body === otherBody);
          expect(verify(headers, body, [otherKey]) === 'authentic').toBe(fresh && key === otherKey);
          expect(verify({ ...headers, 'webhook-id': otherId }, body, [key]) === 'authentic').toBe(
            fresh && ownId === otherId,
          );
          const shifted = { ...headers, 'webhook-timestamp': String(NOW_SECONDS - age + 1) };
          expect(verify(shifted, body, [key])).not.toBe('authentic');
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('bodies that are not UTF-8 are verified as bytes', () => {
    const { 'webhook-signature': signature = '', ...headers } = signedBy(SECRET, '\u00ff');
    expect(verify({ ...headers, 'webhook-signature': signature }, Buffer.from([0xc3, 0xbf]))).toBe(
      'authentic',
    );
    expect(verify({ ...headers, 'webhook-signature': signature }, Buffer.from([0xff]))).toBe(
      'signature-mismatch',
    );
  });

  test('never throws and takes nothing that is made up', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, text, text, (id, timestamp, signature, secret) => {
        const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
        const nearly = {
          'webhook-id': id,
          'webhook-timestamp': String(NOW_SECONDS),
          'webhook-signature': `v1,${signature} v1a,${signature}`,
        };
        for (const secrets of [[secret], [`whpk_${secret}`, SECRET]]) {
          expect(verify(headers, 'body', secrets)).not.toBe('authentic');
          expect(verify(nearly, 'body', secrets)).not.toBe('authentic');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('the webhook id is the event’s identity, its timestamp the sender’s time', () => {
  const request = post(signedBy(SECRET, '{}'), '{}');
  expect(standardWebhooks.identify(request)).toEqual({
    id: ID,
    sentAt: new Date(NOW_SECONDS * 1000),
    attemptedAt: new Date(NOW_SECONDS * 1000),
  });
});

describe('checkSecret', () => {
  test.each([SECRET, OTHER_SECRET, SECRET.replace('whsec_', '')])('takes %s', (secret) => {
    expect(standardWebhooks.checkSecret(secret)).toBeUndefined();
  });

  test.each([
    ['whsec_', 'not base64'],
    ['whsec_not base64', 'not base64'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS', 'not base64'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_', 'not base64'],
    ['whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'not base64'],
    ['whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'not an ed25519 public key'],
  ])('refuses %s, without repeating it', (secret, problem) => {
    expect(standardWebhooks.checkSecret(secret)).toContain(problem);
    expect(standardWebhooks.checkSecret(secret)).not.toContain('MfKQ');
  });
});
