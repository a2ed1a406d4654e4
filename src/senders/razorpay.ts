import type { Sender } from './sender.ts';

/** Razorpay. */
export const razorpay: Sender = {
  title: 'Razorpay',
  page: 'https://razorpay.com/docs/webhooks/validate-test/',
  secret: 'the secret that you gave to the webhook',
  shown: {
    by: 'example',
    of: 'https://github.com/razorpay/razorpay-node/blob/master/test/utils/razorpay-utils.spec.js',
  },
  scheme: { hmac: { header: 'X-Razorpay-Signature', encoding: 'hex' } },
  event: {
    id: ['{header:x-razorpay-event-id}'],
    type: ['{json:$.event}'],
    sentAt: { at: '{json:$.created_at}', format: 'seconds' },
  },
};
