import type { Sender } from './sender.ts';

/** Tally. */
export const tally: Sender = {
  title: 'Tally',
  page: 'https://tally.so/help/webhooks',
  secret: 'the signing secret of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'Tally-Signature', encoding: 'base64' } },
  event: {
    id: ['{json:$.eventId}'],
    type: ['{json:$.eventType}'],
    sentAt: { at: '{json:$.createdAt}', format: 'iso8601' },
  },
};
