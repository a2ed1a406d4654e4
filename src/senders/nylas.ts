import type { Sender } from './sender.ts';

/** Nylas. */
export const nylas: Sender = {
  title: 'Nylas',
  page: 'https://developer.nylas.com/docs/v3/notifications/',
  secret: 'the webhook secret',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'x-nylas-signature', encoding: 'hex' } },
  event: { id: ['{json:$.id}'], type: ['{json:$.type}'], sentAt: { at: '{json:$.time}', format: 'seconds' } },
  handshakes: [{ method: 'GET', when: { '{query:challenge}': null }, answer: { text: '{query:challenge}' } }],
};
