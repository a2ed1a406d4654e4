import type { Sender } from './sender.ts';

/** Render. */
export const render: Sender = {
  title: 'Render',
  page: 'https://render.com/docs/webhooks',
  secret: 'the signing secret of the webhook (whsec_…)',
  shown: { by: 'documentation' },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.type}'] },
};
