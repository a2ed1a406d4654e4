import type { Sender } from './sender.ts';

/** Render. */
export const render: Sender = {
  title: 'Render',
  page: 'https://github.com/render-examples/webhook-receiver',
  secret: 'the signing secret of the webhook (whsec_…)',
  shown: { by: 'documentation' },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.type}'] },
};
