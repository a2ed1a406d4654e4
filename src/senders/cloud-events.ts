import { abuseProtection } from './abuse-protection.ts';
import type { Sender } from './sender.ts';

/** CloudEvents over HTTP, binary and structured. */
export const cloudEvents: Sender = {
  title: 'CloudEvents over HTTP',
  page: 'https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md',
  secret: 'the bearer token that the sender was given',
  shown: { by: 'documentation' },
  note: 'A sender that puts the token into the URL has [type ApiKey](../sources/token.md) with `apiKey.query: access_token`.',
  scheme: { authorization: 'Bearer' },
  event: {
    // An id is one within its source, in which no | can stand (RFC 3986).
    id: ['{header:ce-source}|{header:ce-id}', '{json:$.source}|{json:$.id}', '{bodySha256}'],
    type: ['{header:ce-type}', '{json:$.type}', '{json:$[0].type}'],
    sentAt: { at: ['{header:ce-time}', '{json:$.time}'], format: 'iso8601' },
  },
  batch: {
    each: '$',
    ifList: true,
    event: {
      id: ['{json:$.source}|{json:$.id}'],
      type: ['{json:$.type}'],
      sentAt: { at: '{json:$.time}', format: 'iso8601' },
    },
  },
  handshakes: [abuseProtection],
};
