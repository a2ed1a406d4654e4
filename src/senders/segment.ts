import type { Sender } from './sender.ts';

/** Segment. */
export const segment: Sender = {
  title: 'Segment',
  page: 'https://github.com/segmentio/segment-docs/blob/develop/src/connections/destinations/catalog/webhooks/index.md',
  secret: 'the shared secret of the destination',
  note: 'Of a batch Segment signs the first event alone, so batches are refused: set the batch size of the destination to 1.',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Signature', algorithm: 'sha1', encoding: 'hex' } },
  event: {
    id: ['{json:$.messageId}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.timestamp}', format: 'iso8601' },
  },
};
