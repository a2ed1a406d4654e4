import type { Sender } from './sender.ts';

/** Dropbox. */
export const dropbox: Sender = {
  title: 'Dropbox',
  page: 'https://github.com/dropbox/mdwebhook',
  secret: 'the app secret',
  shown: { by: 'documentation' },
  note: 'A delivery only says which accounts changed, so equal ones are different events: each is one.',
  scheme: { hmac: { header: 'X-Dropbox-Signature', encoding: 'hex' } },
  event: { id: [] },
  handshakes: [{ method: 'GET', when: { '{query:challenge}': null }, answer: { text: '{query:challenge}' } }],
};
