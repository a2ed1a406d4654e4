import { createHash, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { rfc3339 } from './clock.ts';

/**
 * The authority that speaks for one store alone: whoever connects trusts its certificate and nobody else's, and the host has
 * it sign the certificate by which the database is known. (RFC 5280 and 5480, in DER: ITU-T X.690.)
 *
 * What is written is of one form, byte for byte, and nothing is parsed: a library that reads and writes all of X.509 would be
 * a sixth of the operator.
 */

/** Private key (PKCS #8) and certificate of a new authority, as PEM. `now`: milliseconds since the epoch. */
export function makeAuthority(commonName: string, serial: Uint8Array, now: number): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyInfo = publicKey.export({ type: 'spki', format: 'der' });
  const name = sequence(set(sequence(oid(OID.commonName), der(TAG.utf8String, Buffer.from(commonName)))));
  const body = sequence(
    der(TAG.context(0), integer(Buffer.of(V3))),
    // Positive, and never zero.
    integer(Buffer.of(0x40, ...serial)),
    SIGNED_WITH,
    name,
    sequence(time(now - A_DAY), NEVER),
    name,
    keyInfo,
    der(TAG.context(3), sequence(...extensions(keyInfo))),
  );
  const signature = sign('sha256', body, { key: privateKey, dsaEncoding: 'der' });
  const certificate = new X509Certificate(sequence(body, SIGNED_WITH, bits(signature)));
  return `${privateKey.export({ type: 'pkcs8', format: 'pem' })}${certificate}`;
}

/** The certificate in what {@link makeAuthority} made, as base64 of its DER; undefined where there is none. */
export function certificateOf(authority: string): string | undefined {
  const [, base64] =
    /-----BEGIN CERTIFICATE-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE-----/.exec(authority) ?? [];
  return base64?.replaceAll(/\s/g, '');
}

/** Such a certificate as PEM. */
export const pemOf = (certificate: string): string =>
  new X509Certificate(Buffer.from(certificate, 'base64')).toString();

/** Clocks differ: it is valid from a day before it is made. */
const A_DAY = 86_400_000;
const V3 = 2;

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  context: (number: number) => 0xa0 + number,
} as const;

/** As their encodings. */
const OID = {
  commonName: [0x55, 0x04, 0x03],
  subjectKeyIdentifier: [0x55, 0x1d, 0x0e],
  keyUsage: [0x55, 0x1d, 0x0f],
  basicConstraints: [0x55, 0x1d, 0x13],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
} as const;

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(TAG.sequence, ...parts);
const set = (...parts: readonly Uint8Array[]) => der(TAG.set, ...parts);
const integer = (bytes: Uint8Array) => der(TAG.integer, bytes);
const oid = (bytes: readonly number[]) => der(TAG.oid, Buffer.of(...bytes));
/** `unused`: how many of the last bits don't count. */
const bits = (bytes: Uint8Array, unused = 0) => der(TAG.bitString, Buffer.of(unused), bytes);

const SIGNED_WITH = sequence(oid(OID.ecdsaWithSha256));

const digitsOf = (milliseconds: number) => rfc3339(milliseconds).replaceAll(/\D/g, '');

/** Two digits of the year do until 2049. (RFC 5280, 4.1.2.5.) */
function time(milliseconds: number): Buffer {
  const digits = digitsOf(milliseconds);
  return digits < '2050'
    ? der(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : der(TAG.generalizedTime, Buffer.from(`${digits}Z`));
}

/** "No well-defined expiration date": it goes with its store, and until then nothing is gained by its end. (Ibid.) */
const NEVER = der(TAG.generalizedTime, Buffer.from('99991231235959Z'));

function extensions(keyInfo: Buffer): Buffer[] {
  const extension = (id: readonly number[], critical: boolean, value: Buffer) =>
    sequence(oid(id), ...(critical ? [der(TAG.boolean, Buffer.of(0xff))] : []), der(TAG.octetString, value));
  const key = createHash('sha256').update(keyInfo).digest().subarray(0, 20);
  return [
    // An authority, of no other authorities.
    extension(OID.basicConstraints, true, sequence(der(TAG.boolean, Buffer.of(0xff)), integer(Buffer.of(0)))),
    // keyCertSign, the sixth bit.
    extension(OID.keyUsage, true, bits(Buffer.of(0x04), 2)),
    extension(OID.subjectKeyIdentifier, false, der(TAG.octetString, key)),
  ];
}
