import type { Sender } from './sender.ts';

/** Customer.io, reporting webhooks. */
export const customerIo: Sender = {
  title: 'Customer.io',
  page: 'https://github.com/customerio/customerio-node/blob/main/lib/webhooks.ts',
  secret: 'the signing key of the webhook',
  shown: {
    by: 'example',
    of: 'https://github.com/customerio/customerio-node/blob/main/test/webhooks.ts',
  },
  scheme: {
    hmac: {
      header: 'X-CIO-Signature',
      encoding: 'hex',
      template: 'v0:{timestamp}:{body}',
      timestamp: { header: 'X-CIO-Timestamp', format: 'seconds' },
    },
  },
  event: { id: ['{json:$.event_id}'], type: ['{json:$.object_type}.{json:$.metric}'] },
};
