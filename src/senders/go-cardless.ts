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
  event: {
    id: ['{json:$.meta.webhook_id}', '{bodySha256}'],
    type: ['{json:$.events[0].resource_type}.{json:$.events[0].action}'],
  },
};
