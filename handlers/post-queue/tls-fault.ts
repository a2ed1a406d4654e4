import type { TlsFault } from '../contract.ts';

/** As Node.js and OpenSSL name what they refuse a certificate for. (Node.js: "X509 certificate error codes".) */
const CODES: Readonly<Record<TlsFault, readonly string[]>> = {
  ended: ['CERT_HAS_EXPIRED'],
  'not-begun': ['CERT_NOT_YET_VALID'],
  'other-authority': [
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_SIGNATURE_FAILURE',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'INVALID_CA',
    'CERT_UNTRUSTED',
  ],
  'other-name': ['ERR_TLS_CERT_ALTNAME_INVALID'],
};

const FAULTS = new Map(
  (Object.keys(CODES) as TlsFault[]).flatMap((fault) => CODES[fault].map((code) => [code, fault] as const)),
);

/** What is wrong with the server's certificate, where that is why the driver finds no server. */
export function tlsFaultOf(error: unknown): TlsFault | undefined {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const fault = 'code' in each && FAULTS.get(String(each.code));
    if (fault) return fault;
  }
  return undefined;
}
