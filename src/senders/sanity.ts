import type { Sender } from './sender.ts';

/** Sanity. */
export const sanity: Sender = {
  title: 'Sanity',
  page: 'https://www.sanity.io/docs/content-lake/webhook-best-practices',
  secret: 'the secret of the webhook',
  shown: { by: 'library', of: '@sanity/webhook' },
  scheme: {
    hmac: {
      header: 'sanity-webhook-signature',
      encoding: 'base64url',
      parts: { separator: ',', assignment: '=', signature: 'v1' },
      template: '{timestamp}.{body}',
      timestamp: { part: 't', format: 'milliseconds' },
    },
  },
  event: { id: ['{header:idempotency-key}'], type: ['{header:sanity-operation}'] },
};
