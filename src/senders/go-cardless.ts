import type { Sender } from './sender.ts';

/** GoCardless. */
export const goCardless: Sender = {
  title: 'GoCardless',
  page: 'https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks/',
  secret: 'the secret of the webhook endpoint',
  shown: {
    by: 'example',
    of: 'https://github.com/gocardless/gocardless-nodejs/blob/master/src/webhooks.test.ts',
  },
  scheme: { hmac: { header: 'Webhook-Signature', encoding: 'hex' } },
  event: { id: ['{bodySha256}'] },
  batch: {
    each: '$.events',
    event: {
      id: ['{json:$.id}'],
      type: ['{json:$.resource_type}.{json:$.action}'],
      sentAt: { at: '{json:$.created_at}', format: 'iso8601' },
    },
  },
};
