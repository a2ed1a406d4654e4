import type { Sender } from './sender.ts';

/** Discord, interactions and webhook events. */
export const discord: Sender = {
  title: 'Discord, interactions and webhook events',
  page: 'https://discord.com/developers/docs/interactions/overview',
  secret: 'the public key of the application',
  shown: { by: 'library', of: 'discord-interactions' },
  answers: { statusCode: 204, body: '' },
  scheme: {
    publicKey: {
      header: 'X-Signature-Ed25519',
      algorithm: 'ed25519',
      encoding: 'hex',
      template: '{timestamp}{body}',
      timestamp: { header: 'X-Signature-Timestamp', format: 'seconds' },
    },
  },
  event: {
    id: ['{json:$.id}', '{bodySha256}'],
    type: ['{json:$.event.type}', '{json:$.type}'],
    sentAt: { at: '{json:$.event.timestamp}', format: 'iso8601' },
  },
  handshakes: [
    {
      method: 'POST',
      when: { '{json:$.type}': '1', '{json:$.id}': null },
      signed: true,
      answer: { json: { type: 1 } },
    },
    { method: 'POST', when: { '{json:$.type}': '0' }, signed: true, answer: { statusCode: 204 } },
  ],
};
