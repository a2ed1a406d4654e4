import type { Sender } from './sender.ts';

/** Adyen for Platforms, balance platform. */
export const adyenPlatform: Sender = {
  title: 'Adyen for Platforms, balance platform',
  page: 'https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures/',
  secret: 'the HMAC key of the webhook, in hex',
  shown: {
    by: 'example',
    of: 'https://github.com/Adyen/adyen-node-api-library/blob/main/src/__tests__/hmacValidator.spec.ts',
  },
  scheme: { hmac: { header: 'hmacsignature', encoding: 'base64', keyEncoding: 'hex' } },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.timestamp}', format: 'iso8601' },
  },
};
