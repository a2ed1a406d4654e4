import type { Sender } from './sender.ts';

/** Zendesk. */
export const zendesk: Sender = {
  title: 'Zendesk',
  page: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
  secret: 'the signing secret of the webhook',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'X-Zendesk-Webhook-Signature',
      encoding: 'base64',
      template: '{timestamp}{body}',
      timestamp: { header: 'X-Zendesk-Webhook-Signature-Timestamp', format: 'iso8601' },
    },
  },
  event: {
    id: ['{header:X-Zendesk-Webhook-Invocation-Id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.time}', format: 'iso8601' },
  },
};
