import type { SourceSettings } from '../contract.ts';
import { hmacSigned } from './hmac-signature.ts';
import type { Source } from './source.ts';

/** Any sender that puts one HMAC into one header, as the user describes it. */
export function genericHmac({ hmac }: SourceSettings): Source {
  if (hmac === undefined) throw new Error('source HMAC has no hmac settings');
  return { ...hmacSigned(hmac), identify: () => ({}) };
}
