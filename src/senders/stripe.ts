import type { Sender } from './sender.ts';

/**
 * While a secret is rolled Stripe signs with both. v0 is for test events of long ago, and of what comes after v1 we know
 * nothing: no scheme but v1 proves anything. The signature's time is the attempt's; `created` is the event's.
 */
export const stripe: Sender = {
  title: 'Stripe',
  page: 'https://docs.stripe.com/webhooks',
  guide: 'stripe.md',
  secret: 'the signing secret of the endpoint (whsec_…)',
  shown: { by: 'library', of: 'stripe' },
  scheme: {
    hmac: {
      header: 'Stripe-Signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'v1' },
      template: '{timestamp}.{body}',
      timestamp: { part: 't', format: 'seconds' },
    },
  },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.created}', format: 'seconds' },
  },
};
