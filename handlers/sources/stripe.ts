import { headerValue, type RawRequest } from '../raw-request.ts';
import { bodyId } from './event-id.ts';
import { hmacMatches } from './hmac.ts';
import { decodeHex } from './hmac-signature.ts';
import { at, jsonBody, textOf, timeOf, UNREAD } from './json-body.ts';
import type { Source } from './source.ts';
import { timestampProblem, unixTimeOf } from './timestamp.ts';

const SIGNATURE = 'stripe-signature';

/** While a secret is rolled Stripe signs with both; ten is beyond any rotation. */
const MAX_ITEMS = 10;

/** Stripe (docs.stripe.com: "Receive Stripe events in your webhook endpoint: verify webhook signatures manually"). */
export const stripe: Source = {
  signatureHeaders: [SIGNATURE],
  identityHeaders: [],
  checkSecret: () => undefined,

  verify(request, trust) {
    if (headerValue(request, SIGNATURE) === undefined) return 'signature-missing';
    const [timestamp, ...further] = signatureValues(request, 't');
    if (further.length > 0) return 'timestamp-malformed';
    const problem = timestampProblem(timestamp, trust);
    if (problem !== undefined) return problem;

    // v0 is for test events of long ago, and of what comes after v1 we know nothing: no scheme but v1 proves anything.
    const signatures = signatureValues(request, 'v1').flatMap((hex) => decodeHex(hex) ?? []);
    if (signatures.length === 0) return 'signature-malformed';
    return hmacMatches('sha256', trust.secrets, [`${timestamp}.`, request.body], signatures)
      ? 'authentic'
      : 'signature-mismatch';
  },

  identify(request) {
    const event = jsonBody(request);
    return {
      id: event === UNREAD ? bodyId(request) : textOf(at(event, 'id')),
      type: textOf(at(event, 'type')),
      // The signature's time is the attempt's; this one is the event's. Thin events have it as text.
      sentAt: timeOf(at(event, 'created'), 1000),
      attemptedAt: unixTimeOf(signatureValues(request, 't')[0]),
    };
  },
};

function signatureValues(request: RawRequest, key: string): string[] {
  const items = headerValue(request, SIGNATURE)?.split(',').slice(0, MAX_ITEMS) ?? [];
  return items.filter((item) => item.startsWith(`${key}=`)).map((item) => item.slice(key.length + 1));
}
