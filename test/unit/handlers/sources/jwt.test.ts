import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JwtSettings } from '../../../../handlers/contract.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { secretProblems } from '../../../../handlers/sources/secret-problems.ts';
import { NOW, post } from '../deliveries.ts';

type Algorithm = JwtSettings['algorithm'];

const SECONDS = NOW.getTime() / 1000;
const SECRET = 'a secret of some length';
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pem = ({ publicKey }: typeof RSA) =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString().trim();
const KEYS: Readonly<Record<Algorithm, string>> = { HS256: SECRET, RS256: pem(RSA), ES256: pem(EC) };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(
  claims: unknown,
  algorithm: Algorithm = 'HS256',
  header: object = { alg: algorithm, typ: 'JWT' },
) {
  const text = `${encode(header)}.${encode(claims)}`;
  const signature = {
    HS256: () => createHmac('sha256', SECRET).update(text).digest(),
    RS256: () => sign('sha256', Buffer.from(text), RSA.privateKey),
    ES256: () => sign('sha256', Buffer.from(text), { key: EC.privateKey, dsaEncoding: 'ieee-p1363' }),
  }[algorithm]();
  return `${text}.${signature.toString('base64url')}`;
}

const settingsOf = (more: Partial<JwtSettings> = {}) => ({
  type: 'JWT',
  toleranceSeconds: 300,
  jwt: { header: 'Authorization', algorithm: 'HS256' as Algorithm, ...more },
});

function verify(value: string | undefined, more: Partial<JwtSettings> = {}, body = '{}', now = NOW) {
  const settings = settingsOf(more);
  const headers: Record<string, string> =
    value === undefined ? {} : { [settings.jwt.header.toLowerCase()]: value };
  const secrets = ['another', KEYS[settings.jwt.algorithm]];
  return sourceOf(settings).verify(post(headers, body), { settings, secrets, now });
}

const LIVES = { exp: SECONDS + 60 };

test('takes the token that RFC 7519 shows, in section 3.1', () => {
  const shown =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const key = Buffer.from(
    'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
    'base64url',
  );
  const settings = settingsOf({ issuer: 'joe' });
  const trust = { settings, secrets: [key as unknown as string], now: new Date(1_300_819_380_000) };
  const request = post({ authorization: shown }, '{}');
  expect(sourceOf(settings).verify(request, trust)).toBe('authentic');
  expect(sourceOf(settings).verify(request, { ...trust, now: NOW })).toBe('timestamp-too-old');
});

describe.each(['HS256', 'RS256', 'ES256'] as const)('%s', (algorithm) => {
  test('is taken behind the word Bearer or alone, in any header, and by its own keys', () => {
    const right = token(LIVES, algorithm);
    expect(secretProblems(settingsOf({ algorithm }), [KEYS[algorithm]])).toEqual([]);
    expect(verify(right, { algorithm })).toBe('authentic');
    expect(verify(`Bearer ${right}`, { algorithm })).toBe('authentic');
    expect(verify(`bearer   ${right}`, { algorithm, header: 'X-Token' })).toBe('authentic');
  });

  test('is the one that the user names, whatever the token says', () => {
    for (const other of ['HS256', 'RS256', 'ES256', 'none', 'hs256'])
      if (other !== algorithm)
        expect(verify(token(LIVES, algorithm, { alg: other }), { algorithm })).toBe('token-malformed');
    // The text of a public key is known to everyone.
    if (algorithm === 'HS256') return;
    const text = `${encode({ alg: 'HS256' })}.${encode(LIVES)}`;
    const forged = createHmac('sha256', KEYS[algorithm]).update(text).digest('base64url');
    expect(verify(`${text}.${forged}`, { algorithm })).toBe('token-malformed');
  });

  test('is not taken when anything of it was changed', { timeout: 60_000 }, () => {
    const right = token(LIVES, algorithm);
    const bytes = (value: string) =>
      value.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
    fc.assert(
      fc.property(fc.nat(), fc.string({ maxLength: 3 }), fc.nat(2), (at, put, cut) => {
        const index = at % right.length;
        const value = right.slice(0, index) + put + right.slice(index + cut);
        // The last digit of base64 has bits that say nothing.
        if (
          value === right ||
          (value.lastIndexOf('.') === right.lastIndexOf('.') && `${bytes(value)}` === `${bytes(right)}`)
        )
          return;
        if (value.trim() === right) return;
        expect(verify(value, { algorithm })).not.toBe('authentic');
      }),
      { seed: 20_260_102, numRuns: 5000 },
    );
  });
});

test.each([
  [undefined, 'token-missing'],
  ['', 'token-missing'],
  ['Bearer', 'token-malformed'],
  ['a.b.c', 'token-malformed'],
  ['..', 'token-malformed'],
  [`${token(LIVES)}.`, 'token-malformed'],
  [token(LIVES).split('.').slice(0, 2).join('.'), 'token-malformed'],
  [`${token(LIVES).split('.').slice(0, 2).join('.')}.`, 'token-malformed'],
  [token(LIVES, 'HS256', { alg: 'HS256', crit: ['b64'], b64: false }), 'token-malformed'],
  [token(null), 'timestamp-missing'],
  [token([]), 'timestamp-missing'],
])('%s is %s', (value, verdict) => {
  expect(verify(value)).toBe(verdict);
});

test.each([
  ['that has expired', { exp: SECONDS - 301 }, 'timestamp-too-old'],
  ['that has just expired', { exp: SECONDS - 300 }, 'authentic'],
  ['that is long valid', { exp: SECONDS + 86_400, iat: SECONDS - 86_400 }, 'authentic'],
  ['of old without an end', { iat: SECONDS - 301 }, 'timestamp-too-old'],
  ['of now without an end', { iat: SECONDS }, 'authentic'],
  ['of the future', { ...LIVES, iat: SECONDS + 301 }, 'timestamp-in-future'],
  ['not valid yet', { ...LIVES, nbf: SECONDS + 301 }, 'timestamp-in-future'],
  ['soon valid', { ...LIVES, nbf: SECONDS + 300 }, 'authentic'],
  ['of a time as text', { exp: String(SECONDS + 60) }, 'timestamp-malformed'],
  ['of a time that is null', { ...LIVES, nbf: null }, 'timestamp-malformed'],
  ['with no time', { iss: 'a' }, 'timestamp-missing'],
])('a token %s', (_, claims, verdict) => {
  expect(verify(token(claims))).toBe(verdict);
});

test('says for whom it is and of whom', () => {
  const to = (aud: unknown) => verify(token({ ...LIVES, aud }), { audience: 'nami' });
  expect([to('nami'), to(['a', 'nami'])]).toEqual(['authentic', 'authentic']);
  for (const aud of [undefined, 'Nami', ['a'], { nami: true }, null]) expect(to(aud)).toBe('token-mismatch');
  expect(verify(token({ ...LIVES, iss: 'a' }), { issuer: 'a' })).toBe('authentic');
  expect(verify(token({ ...LIVES, iss: 'b' }), { issuer: 'a' })).toBe('token-mismatch');
});

test('covers the body by the claim that holds its hash, which then needs no time', () => {
  const body = '{"a":1}';
  const hashed = token({ iss: 'a', sha256: sha256Hex(body) });
  expect(verify(hashed, { bodyHashClaim: 'sha256' }, body)).toBe('authentic');
  expect(verify(hashed, { bodyHashClaim: 'sha256' }, `${body} `)).toBe('body-mismatch');
  expect(verify(hashed, { bodyHashClaim: 'payload_hash' }, body)).toBe('body-mismatch');
  const upper = token({ sha256: sha256Hex(body).toUpperCase() });
  expect(verify(upper, { bodyHashClaim: 'sha256' }, body)).toBe('authentic');
});

test('a key that can not be one is told', () => {
  expect(secretProblems(settingsOf({ algorithm: 'RS256' }), [KEYS.ES256])).toEqual([
    { secret: 0, message: expect.stringContaining('is not a public key for rsa-sha256') },
  ]);
});
