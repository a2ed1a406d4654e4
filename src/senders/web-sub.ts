import type { Sender } from './sender.ts';

/** WebSub, whoever the hub is. */
export const webSub: Sender = {
  title: 'WebSub (PubSubHubbub)',
  page: 'https://www.w3.org/TR/websub/',
  secret: 'the `hub.secret` that you give to the subscription',
  shown: { by: 'documentation' },
  note: 'A subscription is confirmed whatever its topic, and only what is signed with your secret is taken. The end of one is not confirmed, or anyone could end yours: let its lease run out. A hub that signs with another hash than SHA-256 (`sha1=`) is one of type HMAC, with this question in `endpoint.handshake`.',
  scheme: { hmac: { header: 'X-Hub-Signature', encoding: 'hex', prefix: 'sha256=' } },
  event: { id: ['{bodySha256}'] },
  handshakes: [
    {
      method: 'GET',
      when: { '{query:hub.mode}': 'subscribe', '{query:hub.topic}': null },
      answer: { text: '{query:hub.challenge}' },
    },
  ],
};
