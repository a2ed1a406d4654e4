import type { Sender } from './sender.ts';

/** Polar. */
export const polar: Sender = {
  title: 'Polar',
  page: 'https://polar.sh/docs/integrate/webhooks/delivery',
  secret: 'the secret of the webhook, as Polar shows it,',
  shown: { by: 'library', of: '@polar-sh/sdk' },
  // Its older secrets are any text, which is the key; its library tries both.
  scheme: { standardWebhooks: 'or-text' },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.type}'] },
};
