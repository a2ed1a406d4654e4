import type { Sender } from './sender.ts';

/** Vercel. */
export const vercel: Sender = {
  title: 'Vercel',
  page: 'https://vercel.com/docs/webhooks/webhooks-api',
  secret: 'the secret shown when the webhook is made',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'x-vercel-signature', algorithm: 'sha1', encoding: 'hex' } },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.createdAt}', format: 'milliseconds' },
  },
};
