import type { Sender } from './sender.ts';

/** Figma. */
export const figma: Sender = {
  title: 'Figma',
  page: 'https://developers.figma.com/docs/rest-api/webhooks-security/',
  secret: 'the passcode of the webhook',
  shown: { by: 'documentation' },
  note: 'The passcode stands in the body, and is stored with it.',
  scheme: { token: { jsonPath: '$.passcode' } },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.event_type}'],
    sentAt: { at: '{json:$.timestamp}', format: 'iso8601' },
  },
  handshakes: [{ method: 'POST', when: { '{json:$.event_type}': 'PING' }, signed: true, answer: {} }],
};
