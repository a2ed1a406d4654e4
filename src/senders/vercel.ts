import type { Sender } from './sender.ts';

/** Vercel, webhooks of accounts and of integrations. */
export const vercel: Sender = {
  title: 'Vercel',
  page: 'https://github.com/vercel/example-marketplace-integration/blob/main/app/webhook/route.ts',
  secret: 'the secret of the webhook, or the client secret of the integration',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'x-vercel-signature', algorithm: 'sha1', encoding: 'hex' } },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.createdAt}', format: 'milliseconds' },
  },
};
