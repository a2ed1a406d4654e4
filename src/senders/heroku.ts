import type { Sender } from './sender.ts';

/** Heroku, webhooks of apps and add-ons. */
export const heroku: Sender = {
  title: 'Heroku',
  page: 'https://github.com/heroku/webhooks-docs',
  secret: 'the secret that you gave to the webhook, or that Heroku answered in `Heroku-Webhook-Secret`',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'Heroku-Webhook-Hmac-SHA256', encoding: 'base64' } },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.webhook_metadata.event.include} {json:$.action}'],
    sentAt: { at: '{json:$.created_at}', format: 'iso8601' },
  },
};
