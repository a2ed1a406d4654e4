import type { Sender } from './sender.ts';

/** Box. */
export const box: Sender = {
  title: 'Box',
  page: 'https://developer.box.com/guides/webhooks/v2/signatures-v2/',
  secret: 'the primary and the secondary signature key, both as secretRefs',
  shown: {
    by: 'example',
    of: 'https://github.com/box/box-node-sdk/blob/main/tests/lib/managers/webhooks-test.js',
  },
  scheme: {
    hmac: {
      headers: ['BOX-SIGNATURE-PRIMARY', 'BOX-SIGNATURE-SECONDARY'],
      encoding: 'base64',
      template: '{body}{timestamp}',
      timestamp: { header: 'BOX-DELIVERY-TIMESTAMP', format: 'iso8601' },
    },
  },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.trigger}'],
    sentAt: { at: '{json:$.created_at}', format: 'iso8601' },
  },
};
