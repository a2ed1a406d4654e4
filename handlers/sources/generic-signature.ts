import type { SourceSettings } from '../contract.ts';
import { type Half, hmacSigned } from './hmac-signature.ts';
import { publicKeySigned } from './public-key.ts';
import type { Source } from './source.ts';

/** Any sender that signs, as the user describes it. */
export function genericSignature(settings: SourceSettings): Source {
  const signed = halfOf(settings);
  return { ...signed, identify: (request) => ({ attemptedAt: signed.timeIn(request) }) };
}

function halfOf({ type, hmac, publicKey }: SourceSettings): Half {
  if (hmac !== undefined) return hmacSigned(hmac);
  if (publicKey !== undefined) return publicKeySigned(publicKey);
  throw new Error(`source ${type} has no settings of a signature`);
}
