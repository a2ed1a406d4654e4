import type { Sender } from './sender.ts';

/** Xero. */
export const xero: Sender = {
  title: 'Xero',
  page: 'https://github.com/XeroAPI/xero-php-webhook',
  secret: 'the webhooks key of the app',
  shown: { by: 'documentation' },
  answers: { body: '', emptyRefusals: true },
  scheme: { hmac: { header: 'x-xero-signature', encoding: 'base64' } },
  event: { id: ['{bodySha256}'] },
  batch: {
    each: '$.events',
    event: {
      id: [],
      type: ['{json:$.eventCategory}.{json:$.eventType}'],
      sentAt: { at: '{json:$.eventDateUtc}', format: 'iso8601' },
    },
  },
  handshakes: [
    {
      method: 'POST',
      when: {
        '{json:$.entropy}': null,
        '{json:$.firstEventSequence}': '0',
        '{json:$.lastEventSequence}': '0',
      },
      signed: true,
      answer: {},
    },
  ],
};
