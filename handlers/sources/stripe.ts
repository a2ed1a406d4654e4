import { bodyId } from './event-id.ts';
import { hmacSigned } from './hmac-signature.ts';
import { at, jsonBody, textOf, timeOf, UNREAD } from './json-body.ts';
import type { Source } from './source.ts';

/**
 * While a secret is rolled Stripe signs with both. v0 is for test events of long ago, and of what comes after v1 we know
 * nothing: no scheme but v1 proves anything.
 */
const signed = hmacSigned({
  header: 'Stripe-Signature',
  encoding: 'hex',
  parts: { separator: ',', assignment: '=', signature: 'v1' },
  template: '{timestamp}.{body}',
  timestamp: { part: 't', format: 'seconds' },
});

/** Stripe (docs.stripe.com: "Receive Stripe events in your webhook endpoint: verify webhook signatures manually"). */
export const stripe: Source = {
  ...signed,

  identify(request) {
    const event = jsonBody(request);
    return {
      id: event === UNREAD ? bodyId(request) : textOf(at(event, 'id')),
      type: textOf(at(event, 'type')),
      // The signature's time is the attempt's; this one is the event's. Thin events have it as text.
      sentAt: timeOf(at(event, 'created'), 1000),
      attemptedAt: signed.timeIn(request),
    };
  },
};
