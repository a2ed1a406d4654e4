import type { Sender } from './sender.ts';

/** ImageKit. */
export const imageKit: Sender = {
  title: 'ImageKit',
  page: 'https://github.com/imagekit-developer/imagekit-nodejs',
  secret: 'the secret of the webhook (whsec_…)',
  shown: { by: 'library', of: 'imagekit' },
  scheme: {
    hmac: {
      header: 'x-ik-signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'v1' },
      template: '{timestamp}.{body}',
      timestamp: { part: 't', format: 'milliseconds' },
    },
  },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.created_at}', format: 'iso8601' },
  },
};
