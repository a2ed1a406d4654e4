import type { Sender } from './sender.ts';

/** Gitea. */
export const gitea: Sender = {
  title: 'Gitea',
  page: 'https://docs.gitea.com/usage/webhooks',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Gitea-Signature', encoding: 'hex' } },
  event: { id: ['{header:X-Gitea-Delivery}'], type: ['{header:X-Gitea-Event}'] },
};
