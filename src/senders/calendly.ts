import type { Sender } from './sender.ts';

/** Calendly. */
export const calendly: Sender = {
  title: 'Calendly',
  page: 'https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures',
  secret: 'the signing key of the webhook subscription, or that of the OAuth application',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'Calendly-Webhook-Signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'v1' },
      template: '{timestamp}.{body}',
      timestamp: { part: 't', format: 'seconds' },
    },
  },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.event}'],
    sentAt: { at: '{json:$.created_at}', format: 'iso8601' },
  },
};
