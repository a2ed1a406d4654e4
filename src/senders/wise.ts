import type { Sender } from './sender.ts';

/** Wise. */
export const wise: Sender = {
  title: 'Wise',
  page: 'https://docs.wise.com/guides/developer/webhooks/event-handling',
  secret: 'the public key of Wise for the environment, in PEM',
  shown: {
    by: 'example',
    of: 'https://github.com/transferwise/digital-signatures-examples/blob/main/verify-webhook-signature/verify-signature.js',
  },
  scheme: { publicKey: { header: 'X-Signature-SHA256', algorithm: 'rsa-sha256', encoding: 'base64' } },
  event: {
    id: ['{header:X-Delivery-Id}'],
    type: ['{json:$.event_type}'],
    sentAt: { at: '{json:$.sent_at}', format: 'iso8601' },
  },
};
