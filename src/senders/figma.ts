import type { Sender } from './sender.ts';

/** Figma. */
export const figma: Sender = {
  title: 'Figma',
  page: 'https://github.com/figma/rest-api-spec/blob/main/openapi/openapi.yaml',
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
