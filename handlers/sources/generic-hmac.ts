import type { SourceSettings } from '../contract.ts';
import { headerValue } from '../raw-request.ts';
import { hmacSigned } from './hmac-signature.ts';
import type { Source } from './source.ts';
import { unixTimeOf } from './timestamp.ts';

/** Any sender that puts one HMAC into one header, as the user describes it. */
export function genericHmac({ hmac }: SourceSettings): Source {
  if (hmac === undefined) throw new Error('source HMAC has no hmac settings');
  const timeHeader = hmac.timestampHeader?.toLowerCase();
  return {
    ...hmacSigned(hmac),
    identify: (request) =>
      timeHeader === undefined ? {} : { attemptedAt: unixTimeOf(headerValue(request, timeHeader)) },
  };
}
