import type { Sender } from './sender.ts';

/** Replicate. */
export const replicate: Sender = {
  title: 'Replicate',
  page: 'https://replicate.com/docs/topics/webhooks/verify-webhook',
  secret: 'the signing secret of the account (whsec_…)',
  shown: { by: 'library', of: 'replicate' },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.status}'] },
};
