import type { Sender } from './sender.ts';

/** Customer.io. */
export const customerIo: Sender = {
  title: 'Customer.io',
  page: 'https://docs.customer.io/journeys/webhooks/',
  secret: 'the signing key of the reporting webhook',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'X-CIO-Signature',
      encoding: 'hex',
      template: 'v0:{timestamp}:{body}',
      timestamp: { header: 'X-CIO-Timestamp', format: 'seconds' },
    },
  },
  event: {
    id: ['{json:$.event_id}'],
    type: ['{json:$.object_type}.{json:$.metric}'],
    sentAt: { at: '{json:$.timestamp}', format: 'seconds' },
  },
};
