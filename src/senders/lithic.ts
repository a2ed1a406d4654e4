import type { Sender } from './sender.ts';

/** Lithic. */
export const lithic: Sender = {
  title: 'Lithic',
  page: 'https://github.com/lithic-com/lithic-node',
  secret: 'the signing secret of the webhook (whsec_…)',
  shown: { by: 'library', of: 'lithic' },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.event_type}'] },
};
