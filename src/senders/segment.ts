import type { Sender } from './sender.ts';

/** Segment. */
export const segment: Sender = {
  title: 'Segment',
  page: 'https://www.twilio.com/docs/segment/connections/destinations/catalog/webhooks',
  secret: 'the shared secret of the destination',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Signature', algorithm: 'sha1', encoding: 'hex' } },
  event: {
    id: ['{json:$.messageId}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.timestamp}', format: 'iso8601' },
  },
};
