import type { Sender } from './sender.ts';

/** Checkout.com. */
export const checkoutCom: Sender = {
  title: 'Checkout.com',
  page: 'https://www.checkout.com/docs/developer-resources/webhooks/receive-webhooks',
  secret: 'the signature key of the workflow',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'cko-signature', encoding: 'hex' } },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.created_on}', format: 'iso8601' },
  },
};
