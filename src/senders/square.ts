import type { Sender } from './sender.ts';

/** Square. */
export const square: Sender = {
  title: 'Square',
  page: 'https://developer.squareup.com/docs/webhooks/step3validate',
  secret: 'the signature key of the subscription',
  shown: { by: 'example', of: 'https://developer.squareup.com/docs/webhooks/step3validate' },
  scheme: { hmac: { header: 'x-square-hmacsha256-signature', encoding: 'base64', template: '{url}{body}' } },
  event: {
    id: ['{json:$.event_id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.created_at}', format: 'iso8601' },
  },
};
