import type { Sender } from './sender.ts';

/** Trello. */
export const trello: Sender = {
  title: 'Trello',
  page: 'https://developers.trello.com/page/webhooks',
  secret: 'the secret of the Power-Up (the application secret)',
  shown: { by: 'documentation' },
  scheme: {
    hmac: { header: 'X-Trello-Webhook', algorithm: 'sha1', encoding: 'base64', template: '{body}{url}' },
  },
  event: {
    id: ['{json:$.action.id}'],
    type: ['{json:$.action.type}'],
    sentAt: { at: '{json:$.action.date}', format: 'iso8601' },
  },
  handshakes: [{ method: 'HEAD', answer: {} }],
};
