import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PublicKeyScheme } from '../../../../handlers/contract.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { secretProblems } from '../../../../handlers/sources/secret-problems.ts';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { NOW, post } from '../deliveries.ts';

type Algorithm = PublicKeyScheme['algorithm'];

const PAIRS = {
  ed25519: generateKeyPairSync('ed25519'),
  'ecdsa-p256-sha256': generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  'rsa-sha256': generateKeyPairSync('rsa', { modulusLength: 2048 }),
} as const;
const ALGORITHMS = Object.keys(PAIRS) as Algorithm[];
const SECONDS = String(NOW.getTime() / 1000);

const signed = (algorithm: Algorithm, text: string) =>
  sign(algorithm === 'ed25519' ? null : 'sha256', Buffer.from(text), PAIRS[algorithm].privateKey);

const der = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const lines = (text: string) => text.replaceAll(/(.{20})/g, '$1\n').trim();

/** As the operator gives them to the function. */
const settingsOf = (algorithm: Algorithm, more: object = {}) => {
  const { source } = webhookPipelineSpec.parse({
    source: {
      type: 'PublicKey',
      publicKey: { header: 'X-Sig', algorithm, keys: [{ value: 'k' }], ...more },
    },
  });
  return source;
};
const verify = (
  algorithm: Algorithm,
  keys: string[],
  headers: Record<string, string>,
  body: string,
  more = {},
) => {
  const settings = settingsOf(algorithm, more);
  return sourceOf(settings).verify(post(headers, body), { settings, secrets: keys, now: NOW });
};

describe.each(ALGORITHMS)('%s', (algorithm) => {
  const { publicKey } = PAIRS[algorithm];
  const proof = signed(algorithm, '{}').toString('base64');
  const bare = { ed25519: 32, 'ecdsa-p256-sha256': 65, 'rsa-sha256': undefined }[algorithm];
  const forms: [string, string][] = [
    ['PEM', pem(publicKey).trim()],
    ['JWK', JSON.stringify({ kid: '1', use: 'sig', ...publicKey.export({ format: 'jwk' }) })],
    ['base64 of DER', der(publicKey).toString('base64')],
    ['base64 of DER in lines', lines(der(publicKey).toString('base64'))],
    ['hex of DER', der(publicKey).toString('hex')],
    ...(bare === undefined
      ? [
          ['PEM of PKCS #1', publicKey.export({ type: 'pkcs1', format: 'pem' }).toString().trim()] as [
            string,
            string,
          ],
        ]
      : (['hex', 'base64'] as const).map(
          (form) =>
            [`${form} of the bare key`, der(publicKey).subarray(-bare).toString(form)] as [string, string],
        )),
  ];

  test.each(forms)('takes a key as %s', (_, key) => {
    expect(secretProblems(settingsOf(algorithm), [key])).toEqual([]);
    expect(verify(algorithm, [key], { 'x-sig': proof }, '{}')).toBe('authentic');
    expect(verify(algorithm, [key], { 'x-sig': proof }, '{} ')).toBe('signature-mismatch');
  });

  test('is rotated by a second key', () => {
    const other = generateKeyPairSync('ed25519').publicKey;
    const keys = [algorithm === 'ed25519' ? pem(other) : pem(publicKey), pem(publicKey)];
    expect(verify(algorithm, keys, { 'x-sig': proof }, '{}')).toBe('authentic');
    expect(verify(algorithm, [pem(other)], { 'x-sig': proof }, '{}')).toBe('signature-mismatch');
  });

  test('is read from parts, in any encoding, with a time that is held to the tolerance', () => {
    const more = {
      encoding: 'base64url',
      template: '{timestamp}.{body}',
      parts: { signature: 's', separator: ';' },
      timestamp: { part: 't' },
    };
    const withTime = (time: string) => ({
      'x-sig': `t=${time};s=${signed(algorithm, `${time}.{}`).toString('base64url')}`,
    });
    expect(verify(algorithm, [pem(publicKey)], withTime(SECONDS), '{}', more)).toBe('authentic');
    expect(verify(algorithm, [pem(publicKey)], withTime(String(Number(SECONDS) - 301)), '{}', more)).toBe(
      'timestamp-too-old',
    );
  });

  test('takes nothing that was changed on its way', { timeout: 60_000 }, () => {
    const keys = [pem(publicKey)];
    const bytes = Buffer.from(proof, 'base64');
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, bits, ofBody) => {
        const changed = Buffer.from(ofBody ? '{"a":1}' : bytes);
        changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ bits;
        const [header, body] = ofBody
          ? [signed(algorithm, '{"a":1}').toString('base64'), changed.toString('latin1')]
          : [changed.toString('base64'), '{}'];
        expect(verify(algorithm, keys, { 'x-sig': header }, body)).not.toBe('authentic');
      }),
      { seed: 20_260_102, numRuns: 2500 },
    );
  });

  test.each([
    ['of another algorithm', pem(PAIRS[algorithm === 'ed25519' ? 'rsa-sha256' : 'ed25519'].publicKey)],
    ['of another curve', pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey)],
    ['that is private', PAIRS[algorithm].privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['that is a private JWK', JSON.stringify(PAIRS[algorithm].privateKey.export({ format: 'jwk' }))],
    ['that is no JWK', '{"kty":"EC"}'],
    ['that is no JSON', '{'],
    ['that is cut', der(publicKey).toString('base64').slice(0, -8)],
    ['that is words', 'not a key'],
  ])('says in words that it can not use a key %s', (_, key) => {
    expect(secretProblems(settingsOf(algorithm), [key.trim()])).toEqual([
      { secret: 0, message: `the key is not a public key for ${algorithm}, in PEM, JWK, base64 or hex` },
    ]);
  });
});

test('ECDSA may write its two numbers one after the other', () => {
  const { publicKey, privateKey } = PAIRS['ecdsa-p256-sha256'];
  const bare = sign('sha256', Buffer.from('{}'), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const proof = { 'x-sig': bare.toString('base64') };
  expect(verify('ecdsa-p256-sha256', [pem(publicKey)], proof, '{}')).toBe('authentic');
  expect(verify('ecdsa-p256-sha256', [pem(publicKey)], proof, '{} ')).toBe('signature-mismatch');
});

test('a public key is read once, and not with each delivery', () => {
  const settings = settingsOf('ed25519');
  expect(sourceOf(settings)).toBe(sourceOf(settings));
});
