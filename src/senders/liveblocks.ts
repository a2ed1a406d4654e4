import type { Sender } from './sender.ts';

/** Liveblocks. */
export const liveblocks: Sender = {
  title: 'Liveblocks',
  page: 'https://github.com/liveblocks/liveblocks',
  secret: 'the signing secret of the webhook (whsec_…)',
  shown: { by: 'library', of: '@liveblocks/node' },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.type}'] },
};
