import type { SourceSettings } from '../contract.ts';
import { hmacSigned } from './hmac-signature.ts';
import type { Source } from './source.ts';

/** Any sender that signs with an HMAC, as the user describes it. */
export function genericHmac({ hmac }: SourceSettings): Source {
  if (hmac === undefined) throw new Error('source HMAC has no hmac settings');
  const signed = hmacSigned(hmac);
  return { ...signed, identify: (request) => ({ attemptedAt: signed.timeIn(request) }) };
}
