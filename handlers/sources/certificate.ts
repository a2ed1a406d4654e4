import { verify, type X509Certificate } from 'node:crypto';

/**
 * Whether a certificate is valid at a time. Who made it is not asked: it was had from its owner's own host, over TLS.
 */
export function isValidAt({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return Date.parse(validFrom) <= now.getTime() && now.getTime() <= Date.parse(validTo);
}

/** Whether the owner of a certificate signed a text (RFC 8017: RSASSA-PKCS1-v1_5). */
export function isSignedBy(
  { publicKey }: X509Certificate,
  hash: 'sha1' | 'sha256',
  text: string,
  signature: Uint8Array,
): boolean {
  return publicKey.asymmetricKeyType === 'rsa' && verify(hash, Buffer.from(text), publicKey, signature);
}
