import type { Sender } from './sender.ts';

/** Coinbase Commerce. */
export const coinbaseCommerce: Sender = {
  title: 'Coinbase Commerce',
  page: 'https://docs.cdp.coinbase.com/commerce/webhooks/webhooks-security',
  secret: 'the webhook shared secret',
  shown: {
    by: 'example',
    of: 'https://github.com/coinbase/coinbase-commerce-node/blob/master/test/testWebhook.spec.js',
  },
  scheme: { hmac: { header: 'X-CC-Webhook-Signature', encoding: 'hex' } },
  event: {
    id: ['{json:$.event.id}'],
    type: ['{json:$.event.type}'],
    sentAt: { at: '{json:$.event.created_at}', format: 'iso8601' },
  },
};
