import type { Sender } from './sender.ts';

/** Squarespace. */
export const squarespace: Sender = {
  title: 'Squarespace',
  page: 'https://developers.squarespace.com/webhooks/overview',
  secret: 'the secret of the subscription, in hex',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'Squarespace-Signature', encoding: 'hex', keyEncoding: 'hex' } },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.topic}'],
    sentAt: { at: '{json:$.createdOn}', format: 'iso8601' },
  },
};
