import type { Sender } from './sender.ts';

/** Okta. */
export const okta: Sender = {
  title: 'Okta',
  page: 'https://developer.okta.com/docs/concepts/event-hooks/',
  guide: 'okta.md',
  secret: 'the value of the authentication header',
  shown: { by: 'documentation' },
  // Its page: answers to events should all be empty.
  answers: { body: '' },
  scheme: { token: { header: 'Authorization' } },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.eventType}'],
    sentAt: { at: '{json:$.eventTime}', format: 'iso8601' },
  },
  batch: {
    each: '$.data.events',
    event: {
      id: ['{json:$.uuid}'],
      type: ['{json:$.eventType}'],
      sentAt: { at: '{json:$.published}', format: 'iso8601' },
    },
  },
  handshakes: [
    {
      method: 'GET',
      when: { '{header:X-Okta-Verification-Challenge}': null },
      answer: { json: { verification: '{header:X-Okta-Verification-Challenge}' } },
    },
  ],
};
