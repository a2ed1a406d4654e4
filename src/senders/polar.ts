import type { Sender } from './sender.ts';

/** Polar. */
export const polar: Sender = {
  title: 'Polar',
  page: 'https://polar.sh/docs/integrate/webhooks/delivery',
  secret: 'the secret of the webhook, in base64: Polar signs with its text',
  shown: { by: 'library', of: '@polar-sh/sdk' },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.type}'] },
};
