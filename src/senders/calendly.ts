import type { Sender } from './sender.ts';

/** Calendly. */
export const calendly: Sender = {
  title: 'Calendly',
  page: 'https://developer.calendly.com/api-docs/ZG9jOjM2MzE2MDM4-webhook-signatures',
  secret: 'the signing key that you gave when the subscription was made',
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
