import type { Sender } from './sender.ts';

/** Gitea. */
export const gitea: Sender = {
  title: 'Gitea',
  page: 'https://github.com/go-gitea/gitea/blob/main/services/webhook/deliver.go',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Gitea-Signature', encoding: 'hex' } },
  event: { id: ['{header:X-Gitea-Delivery}'], type: ['{header:X-Gitea-Event}'] },
};
