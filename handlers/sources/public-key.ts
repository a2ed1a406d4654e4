import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { decodeBase64 } from '../base64.ts';
import type { PublicKeyScheme } from '../contract.ts';
import { decodeHex, type Half, type Proof, signedBy } from './hmac-signature.ts';

type Algorithm = PublicKeyScheme['algorithm'];

/** What stands in DER before a bare key, which is so many bytes (RFC 8410, section 4; RFC 5480, section 2). */
const BARE: Readonly<Partial<Record<Algorithm, readonly [bytes: number, der: string]>>> = {
  ed25519: [32, '302a300506032b6570032100'],
  'ecdsa-p256-sha256': [65, '3059301306072a8648ce3d020106082a8648ce3d030107034200'],
};

/** RFC 8032, section 5.1.6; FIPS 186-5 in DER; RSA of 1024 to 8192 bits. */
const LENGTHS: Readonly<Record<Algorithm, readonly [number, number]>> = {
  ed25519: [64, 64],
  'ecdsa-p256-sha256': [8, 72],
  'rsa-sha256': [128, 1024],
};

/** The half of a source whose sender signs with a private key. The secrets are its public ones. */
export const publicKeySigned = ({ algorithm, ...scheme }: PublicKeyScheme): Half =>
  signedBy(publicKeyProof(algorithm), scheme);

/** What a signature by a private key is checked by. */
export function publicKeyProof(algorithm: Algorithm): Proof {
  // Reading a key takes longer than checking a signature by it.
  const keys = new Map<string, KeyObject | undefined>();
  const keyOf = (secret: string) => {
    if (!keys.has(secret)) keys.set(secret, publicKeyOf(secret, algorithm));
    return keys.get(secret);
  };
  const [shortest, longest] = LENGTHS[algorithm];
  return {
    isLength: (bytes) => bytes >= shortest && bytes <= longest,
    checkSecret: (secret) =>
      keyOf(secret) === undefined
        ? `is not a public key for ${algorithm}, in PEM, JWK, base64 or hex`
        : undefined,
    matches: (secrets, signed, signatures) =>
      publicKeyMatches(
        algorithm,
        secrets.flatMap((secret) => keyOf(secret) ?? []),
        signed,
        signatures,
      ),
  };
}

/** Whether one of the signatures is that of the parts, one after the other, by the owner of one of the keys. */
export function publicKeyMatches(
  algorithm: Algorithm,
  keys: readonly KeyObject[],
  signed: readonly (string | Uint8Array)[],
  signatures: readonly Uint8Array[],
): boolean {
  if (keys.length === 0 || signatures.length === 0) return false;
  const text = Buffer.concat(signed.map((part) => Buffer.from(part)));
  const hash = algorithm === 'ed25519' ? null : 'sha256';
  return keys.some((key) =>
    signatures.some((signature) => {
      // Two numbers of 32 bytes each (RFC 7518, section 3.4); in DER these take more.
      const isBare = algorithm === 'ecdsa-p256-sha256' && signature.length === 64;
      return verify(hash, text, isBare ? { key, dsaEncoding: 'ieee-p1363' } : key, signature);
    }),
  );
}

/**
 * The key that a text holds: PEM, a JSON Web Key (RFC 7517), or hex or base64 of DER or of the bare key, a point that is not
 * compressed.
 */
export function publicKeyOf(text: string, algorithm: Algorithm): KeyObject | undefined {
  try {
    const key = keyIn(text, algorithm);
    return key !== undefined && fits(key, algorithm) ? key : undefined;
  } catch {
    // What the library says of a text that is no key is no more than that.
    return undefined;
  }
}

function keyIn(text: string, algorithm: Algorithm): KeyObject | undefined {
  if (/^-----BEGIN (RSA )?PUBLIC KEY-----/.test(text)) return createPublicKey(text);
  if (!text.startsWith('{')) return derKey(text.replaceAll(/\s/g, ''), algorithm);
  const jwk = JSON.parse(text);
  // RFC 7518, section 6: a private key has it too.
  return jwk.d === undefined ? createPublicKey({ key: jwk, format: 'jwk' }) : undefined;
}

function derKey(text: string, algorithm: Algorithm): KeyObject | undefined {
  const bytes = decodeHex(text) ?? decodeBase64(text);
  if (bytes === undefined) return undefined;
  const [bareBytes, der = ''] = BARE[algorithm] ?? [];
  const key = bytes.length === bareBytes ? Buffer.concat([Buffer.from(der, 'hex'), bytes]) : bytes;
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

function fits(
  { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject,
  algorithm: Algorithm,
): boolean {
  if (algorithm === 'ed25519') return type === 'ed25519';
  if (algorithm === 'rsa-sha256') return type === 'rsa' && (details?.modulusLength ?? 0) >= 1024;
  return type === 'ec' && details?.namedCurve === 'prime256v1';
}
