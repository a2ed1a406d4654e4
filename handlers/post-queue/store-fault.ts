import { MongoNetworkTimeoutError, MongoServerError } from 'mongodb';
import type { StoreFault } from '../contract.ts';
import { TooLateError } from '../deadline.ts';

/** By the codes of Node.js and OpenSSL, and by MongoDB's own. (Node.js: "X509 certificate error codes", "Common system errors".) */
const CODES: Readonly<Record<StoreFault, readonly (string | number)[]>> = {
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
  // MongoDB: error_codes.yml, AuthenticationFailed, and AtlasError, which is Atlas's "bad auth".
  login: [18, 8000],
  // Unauthorized.
  rights: [13],
  // Of a name without records EAI_AGAIN is temporary; ENODATA and ESERVFAIL come of a lookup of SRV records.
  name: ['ENOTFOUND', 'EAI_AGAIN', 'ENODATA', 'ESERVFAIL'],
  refused: ['ECONNREFUSED'],
  'no-way': ['EHOSTUNREACH', 'ENETUNREACH'],
  silent: ['ETIMEDOUT', 'ETIMEOUT'],
};

const FAULTS = new Map(
  (Object.keys(CODES) as StoreFault[]).flatMap((fault) =>
    CODES[fault].map((code) => [String(code), fault] as const),
  ),
);

/** Why the driver does not come to its store, by the first of an error's causes that tells. */
export function storeFaultOf(error: unknown): StoreFault | undefined {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if (each instanceof TooLateError || each instanceof MongoNetworkTimeoutError) return 'silent';
    const code = each instanceof MongoServerError || 'code' in each ? each.code : undefined;
    const fault = FAULTS.get(String(code));
    if (fault) return fault;
  }
  return undefined;
}
