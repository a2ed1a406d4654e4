import { createHmac } from 'node:crypto';
import type { HmacSettings } from '../contract.ts';
import { equalInConstantTime } from './constant-time.ts';

/** Whether one of the signatures is the HMAC (RFC 2104) of the signed parts, one after the other, under one of the keys. */
export function hmacMatches(
  algorithm: HmacSettings['algorithm'],
  keys: readonly (string | Uint8Array)[],
  signed: readonly (string | Uint8Array)[],
  signatures: readonly Uint8Array[],
): boolean {
  let matches = false;
  for (const key of keys) {
    const hmac = createHmac(algorithm, key);
    for (const part of signed) hmac.update(part);
    const expected = hmac.digest();
    // No early end: how long it takes doesn't tell which key fits.
    for (const signature of signatures) matches = equalInConstantTime(signature, expected) || matches;
  }
  return matches;
}
