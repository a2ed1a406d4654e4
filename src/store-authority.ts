import { createHash, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { dateOf, fromRfc3339 } from './clock.ts';

/**
 * The authority that speaks for one store alone: whoever connects trusts its certificate and nobody else's, and the host has
 * it sign the certificate by which the database is known. (RFC 5280 and 5480.)
 */

/** Clocks differ: it is valid from a day before it is made. */
const A_DAY = 86_400_000;
/** "No well-defined expiration date": it goes with its store, and until then nothing is gained by its end. (RFC 5280, 4.1.2.5.) */
const NEVER = dateOf(fromRfc3339('9999-12-31T23:59:59Z'));
const COMMON_NAME = '2.5.4.3';
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

/** Private key (PKCS #8) and certificate of a new authority, as PEM. `now`: milliseconds since the epoch. */
export async function makeAuthority(commonName: string, serial: Uint8Array, now: number): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { body, seal } = await certificateFor(publicKey, commonName, serial, now);
  const certificate = new X509Certificate(seal(sign('sha256', body, privateKey)));
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

/** What is to be signed, and what the signature makes of it, in DER. */
async function certificateFor(key: KeyObject, commonName: string, serial: Uint8Array, now: number) {
  // Only where an authority is made: the schemas of X.509 take ten megabytes of memory.
  const { AsnConvert, OctetString } = await import('@peculiar/asn1-schema');
  const x509 = await import('@peculiar/asn1-x509');

  const extension = (extnID: string, critical: boolean, value: object) =>
    new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
  const subjectPublicKeyInfo = AsnConvert.parse(
    key.export({ type: 'spki', format: 'der' }),
    x509.SubjectPublicKeyInfo,
  );
  const keyId = createHash('sha256').update(Buffer.from(subjectPublicKeyInfo.subjectPublicKey)).digest();
  const name = new x509.Name([
    new x509.RelativeDistinguishedName([
      new x509.AttributeTypeAndValue({
        type: COMMON_NAME,
        value: new x509.AttributeValue({ utf8String: commonName }),
      }),
    ]),
  ]);
  const algorithm = new x509.AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    // Positive, and never zero.
    serialNumber: Uint8Array.of(0x40, ...serial).buffer,
    signature: algorithm,
    issuer: name,
    subject: name,
    validity: new x509.Validity({ notBefore: dateOf(now - A_DAY), notAfter: NEVER }),
    subjectPublicKeyInfo,
    extensions: new x509.Extensions([
      // An authority, of no other authorities.
      extension(
        x509.id_ce_basicConstraints,
        true,
        new x509.BasicConstraints({ cA: true, pathLenConstraint: 0 }),
      ),
      extension(x509.id_ce_keyUsage, true, new x509.KeyUsage(x509.KeyUsageFlags.keyCertSign)),
      extension(x509.id_ce_subjectKeyIdentifier, false, new x509.SubjectKeyIdentifier(keyId.subarray(0, 20))),
    ]),
  });
  const seal = (signature: Uint8Array) =>
    Buffer.from(
      AsnConvert.serialize(
        new x509.Certificate({
          tbsCertificate,
          signatureAlgorithm: algorithm,
          signatureValue: Uint8Array.from(signature).buffer,
        }),
      ),
    );
  return { body: Buffer.from(AsnConvert.serialize(tbsCertificate)), seal };
}
