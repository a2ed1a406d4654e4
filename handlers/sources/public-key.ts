import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { decodeBase64 } from '../base64.ts';
import type { PublicKeyScheme } from '../contract.ts';
import { decodeHex, type Half, signedBy } from './hmac-signature.ts';

type Algorithm = PublicKeyScheme['algorithm'];

/** What stands before the 32 bytes of an ed25519 key in DER (RFC 8410, section 4). */
const ED25519_DER = Buffer.from('302a300506032b6570032100', 'hex');

/** RFC 8032, section 5.1.6; FIPS 186-5 in DER; RSA of 1024 to 8192 bits. */
const LENGTHS: Readonly<Record<Algorithm, readonly [number, number]>> = {
  ed25519: [64, 64],
  'ecdsa-p256-sha256': [8, 72],
  'rsa-sha256': [128, 1024],
};

/** The half of a source whose sender signs with a private key. The secrets are its public ones. */
export function publicKeySigned({ algorithm, ...scheme }: PublicKeyScheme): Half {
  // Reading a key takes longer than checking a signature by it.
  const keys = new Map<string, KeyObject | undefined>();
  const keyOf = (secret: string) => {
    if (!keys.has(secret)) keys.set(secret, publicKeyOf(secret, algorithm));
    return keys.get(secret);
  };
  const [shortest, longest] = LENGTHS[algorithm];
  return signedBy(
    {
      isLength: (bytes) => bytes >= shortest && bytes <= longest,
      checkSecret: (secret) =>
        keyOf(secret) === undefined
          ? `is not a public key for ${algorithm}, in PEM, base64 or hex`
          : undefined,
      matches: (secrets, signed, signatures) =>
        publicKeyMatches(
          algorithm,
          secrets.flatMap((secret) => keyOf(secret) ?? []),
          signed,
          signatures,
        ),
    },
    scheme,
  );
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
  return keys.some((key) => signatures.some((signature) => verify(hash, text, key, signature)));
}

/** The key that a text holds: PEM, or hex or base64 of DER or of ed25519's bare 32 bytes. */
export function publicKeyOf(text: string, algorithm: Algorithm): KeyObject | undefined {
  try {
    const key = text.startsWith('-----BEGIN PUBLIC KEY-----')
      ? createPublicKey(text)
      : derKey(text, algorithm);
    return key !== undefined && fits(key, algorithm) ? key : undefined;
  } catch {
    // What the library says of a text that is no key is no more than that.
    return undefined;
  }
}

function derKey(text: string, algorithm: Algorithm): KeyObject | undefined {
  const bytes = decodeHex(text) ?? decodeBase64(text);
  if (bytes === undefined) return undefined;
  const isBare = algorithm === 'ed25519' && bytes.length === 32;
  const key = isBare ? Buffer.concat([ED25519_DER, bytes]) : bytes;
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
