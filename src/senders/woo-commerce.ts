import type { Sender } from './sender.ts';

/** WooCommerce. */
export const wooCommerce: Sender = {
  title: 'WooCommerce',
  page: 'https://github.com/woocommerce/woocommerce/blob/trunk/plugins/woocommerce/includes/class-wc-webhook.php',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  note: 'The ping by which WooCommerce tries the URL when a webhook is saved is not signed; it is answered, and nothing is stored of it.',
  scheme: { hmac: { header: 'X-WC-Webhook-Signature', encoding: 'base64' } },
  event: {
    // Its delivery ids are hashes of the webhook's id and the second: two events in one have the same.
    id: ['{header:X-WC-Webhook-ID}:{header:X-WC-Webhook-Delivery-ID}:{bodySha256}'],
    type: ['{header:X-WC-Webhook-Topic}'],
  },
  handshakes: [{ method: 'POST', when: { '{form:webhook_id}': null }, answer: {} }],
};
