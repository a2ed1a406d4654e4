import type { Sender } from './sender.ts';

/** Forgejo. */
export const forgejo: Sender = {
  title: 'Forgejo',
  page: 'https://forgejo.org/docs/latest/user/webhooks/',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Forgejo-Signature', encoding: 'hex' } },
  event: { id: ['{header:X-Forgejo-Delivery}'], type: ['{header:X-Forgejo-Event}'] },
};
