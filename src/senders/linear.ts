import type { Sender } from './sender.ts';

/** Linear. */
export const linear: Sender = {
  title: 'Linear',
  page: 'https://linear.app/developers/webhooks',
  secret: 'the signing secret on the page of the webhook',
  shown: { by: 'library', of: '@linear/sdk' },
  scheme: {
    hmac: {
      header: 'Linear-Signature',
      encoding: 'hex',
      timestamp: { jsonPath: '$.webhookTimestamp', format: 'milliseconds' },
    },
  },
  event: {
    id: ['{header:Linear-Delivery}'],
    type: ['{header:Linear-Event}'],
    sentAt: { at: '{json:$.createdAt}', format: 'iso8601' },
  },
};
