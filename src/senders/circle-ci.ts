import type { Sender } from './sender.ts';

/** CircleCI. */
export const circleCI: Sender = {
  title: 'CircleCI',
  page: 'https://circleci.com/docs/guides/integration/outbound-webhooks/',
  secret: 'the secret token of the webhook',
  shown: { by: 'example', of: 'https://circleci.com/docs/guides/integration/outbound-webhooks/' },
  scheme: {
    hmac: {
      header: 'circleci-signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'v1' },
    },
  },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.happened_at}', format: 'iso8601' },
  },
};
