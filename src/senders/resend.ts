import type { Sender } from './sender.ts';

/** Resend. */
export const resend: Sender = {
  title: 'Resend',
  page: 'https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests',
  secret: 'the signing secret of the webhook (whsec_…)',
  shown: { by: 'library', of: 'resend' },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.type}'] },
};
