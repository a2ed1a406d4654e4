import type { Sender } from './sender.ts';

/** Contentful. */
export const contentful: Sender = {
  title: 'Contentful',
  page: 'https://www.contentful.com/developers/docs/webhooks/request-verification/',
  secret: "the signing secret that the settings of the space's webhooks show once",
  shown: { by: 'documentation' },
  note: 'Which headers it signs, each delivery says itself; how they are put together, its library `@contentful/node-apps-toolkit` says (`signRequest`).',
  scheme: {
    hmac: {
      header: 'X-Contentful-Signature',
      encoding: 'hex',
      template: '{method}\n{path}\n{headers:X-Contentful-Signed-Headers}\n{body}',
      timestamp: { header: 'X-Contentful-Timestamp', format: 'milliseconds' },
    },
  },
  event: {
    id: ['{header:X-Contentful-Idempotency-Key}'],
    type: ['{header:X-Contentful-Topic}'],
    sentAt: { at: '{json:$.sys.updatedAt}', format: 'iso8601' },
  },
};
