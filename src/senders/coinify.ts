import type { Sender } from './sender.ts';

/** Coinify. */
export const coinify: Sender = {
  title: 'Coinify',
  page: 'https://coinify-trade-api.readme.io/reference/webhook-signature',
  secret: 'the shared secret of the webhook',
  shown: { by: 'example', of: 'https://coinify-trade-api.readme.io/reference/webhook-signature' },
  scheme: { hmac: { header: 'X-Coinify-Webhook-Signature', encoding: 'hex' } },
  event: { id: ['{bodySha256}'] },
};
