import type { Sender } from './sender.ts';

/** Clerk. */
export const clerk: Sender = {
  title: 'Clerk',
  page: 'https://clerk.com/docs/webhooks/sync-data',
  secret: 'the signing secret of the endpoint (whsec_…)',
  shown: { by: 'library', of: '@clerk/backend' },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.type}'] },
};
