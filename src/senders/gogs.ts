import type { Sender } from './sender.ts';

/** Gogs. */
export const gogs: Sender = {
  title: 'Gogs',
  page: 'https://github.com/gogs/gogs/blob/main/internal/database/webhook.go',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Gogs-Signature', encoding: 'hex' } },
  event: { id: ['{header:X-Gogs-Delivery}'], type: ['{header:X-Gogs-Event}'] },
};
