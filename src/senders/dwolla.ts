import type { Sender } from './sender.ts';

/** Dwolla. */
export const dwolla: Sender = {
  title: 'Dwolla',
  page: 'https://developers.dwolla.com/docs/webhooks/process-validate',
  secret: 'the secret that you gave to the subscription',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Request-Signature-SHA-256', encoding: 'hex' } },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.topic}'],
    sentAt: { at: '{json:$.timestamp}', format: 'iso8601' },
  },
};
