import type { Sender } from './sender.ts';

/** Heroku. */
export const heroku: Sender = {
  title: 'Heroku',
  page: 'https://devcenter.heroku.com/articles/app-webhooks',
  secret: 'the secret of the subscription',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'Heroku-Webhook-Hmac-SHA256', encoding: 'base64' } },
  event: {
    id: ['{json:$.webhook_metadata.delivery.id}'],
    type: ['{json:$.webhook_metadata.event.include}'],
    sentAt: { at: '{json:$.created_at}', format: 'iso8601' },
  },
};
