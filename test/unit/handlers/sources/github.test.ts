import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { sign } from '@octokit/webhooks-methods';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { gitHubHeaders, post, trust } from '../deliveries.ts';

const gitHub = sourceOf(trust('GitHub', []).settings);

const SECRET = "It's a Secret to Everybody";
const verify = (headers: Record<string, string>, body: string | Buffer, secrets = [SECRET]) =>
  gitHub.verify(post(headers, body), trust('GitHub', secrets));

/** The community's examples: real payloads, as GitHub sends them. */
const payloads = (
  JSON.parse(readFileSync(createRequire(import.meta.url).resolve('@octokit/webhooks-examples'), 'utf8')) as {
    examples: unknown[];
  }[]
).flatMap(({ examples }) => examples.map((example) => JSON.stringify(example)));

describe('verify', () => {
  test('takes the example of GitHub’s own page', () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    expect(verify({ 'x-hub-signature-256': signature }, 'Hello, World!')).toBe('authentic');
  });

  test('takes every real payload as GitHub’s library signs it', async () => {
    expect(payloads.length).toBeGreaterThan(300);
    for (const payload of payloads) {
      const headers = { 'x-hub-signature-256': await sign(SECRET, payload) };
      expect(verify(headers, payload)).toBe('authentic');
      expect(verify(headers, payload, ['another', SECRET])).toBe('authentic');
      expect(verify(headers, payload, ['another'])).toBe('signature-mismatch');
      expect(verify(headers, `${payload} `)).toBe('signature-mismatch');
    }
  });

  test('takes a digest in capitals', () => {
    const { 'x-hub-signature-256': signature = '' } = gitHubHeaders('body', SECRET);
    expect(verify({ 'x-hub-signature-256': signature.toUpperCase() }, 'body')).toBe('authentic');
  });

  test.each([
    ['absent', undefined, 'signature-missing'],
    ['empty', '', 'signature-missing'],
    ['without prefix', 'a'.repeat(64), 'signature-malformed'],
    ['too short', `sha256=${'a'.repeat(63)}`, 'signature-malformed'],
    ['too long', `sha256=${'a'.repeat(65)}`, 'signature-malformed'],
    ['not hex', `sha256=${'g'.repeat(64)}`, 'signature-malformed'],
    ['not ASCII', `sha256=${'ä'.repeat(64)}`, 'signature-malformed'],
    ['of another algorithm', `sha1=${'a'.repeat(40)}`, 'signature-malformed'],
    ['two in one', `sha256=${'a'.repeat(64)}, sha256=${'b'.repeat(64)}`, 'signature-malformed'],
    ['wrong', `sha256=${'a'.repeat(64)}`, 'signature-mismatch'],
  ])('refuses a signature that is %s', (_, signature, reason) => {
    expect(verify(signature === undefined ? {} : { 'x-hub-signature-256': signature }, 'body')).toBe(reason);
  });

  test('without a secret nothing is authentic', () => {
    expect(verify(gitHubHeaders('body', ''), 'body', [])).toBe('signature-mismatch');
  });

  test('takes exactly what is signed with one of the secrets: any bytes, any secret', () => {
    const bytes = fc.uint8Array().map((array) => Buffer.from(array));
    // HMAC fills a key up with NULs, so that one more at its end is the same key.
    const secret = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((text) => text.isWellFormed() && !text.endsWith('\0'));
    fc.assert(
      fc.property(bytes, bytes, secret, secret, (body, otherBody, key, otherKey) => {
        const headers = gitHubHeaders(body, key);
        expect(verify(headers, body, [otherKey, key])).toBe('authentic');
        expect(verify(headers, body, [otherKey]) === 'authentic').toBe(
          Buffer.from(key).equals(Buffer.from(otherKey)),
        );
        expect(verify(headers, otherBody, [key]) === 'authentic').toBe(body.equals(otherBody));
      }),
      { numRuns: 2000 },
    );
  });

  test('never throws and takes no signature that is made up', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (signature, body) => {
        for (const value of [signature, `sha256=${signature}`]) {
          expect(verify({ 'x-hub-signature-256': value }, Buffer.from(body))).not.toBe('authentic');
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('takes nothing in which a single bit was changed', () => {
    const body = Buffer.from(payloads[0] ?? '');
    const headers = gitHubHeaders(body, SECRET);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(7), (index, bit) => {
        const changed = Buffer.from(body);
        changed.writeUInt8(changed.readUInt8(index) ^ (1 << bit), index);
        expect(verify(headers, changed)).toBe('signature-mismatch');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('identify', () => {
  test('hook and delivery together are the event: two hooks may share a delivery id', () => {
    expect(gitHub.identify(post(gitHubHeaders('{}', SECRET), '{}'))).toEqual({
      id: '4711:72d3162e-cc78-11e3-81ab-4c9367dc0958',
      type: 'push',
    });
  });

  test('where a relay dropped headers, the delivery alone or the body is', () => {
    expect(gitHub.identify(post({ 'x-github-delivery': 'd' }, '{}')).id).toBe('d');
    expect(gitHub.identify(post({ 'x-github-hook-id': '1' }, '{}')).id).toBe(`sha256:${sha256Hex('{}')}`);
  });
});
