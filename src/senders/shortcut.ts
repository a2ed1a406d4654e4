import type { Sender } from './sender.ts';

/** Shortcut. */
export const shortcut: Sender = {
  title: 'Shortcut',
  page: 'https://developer.shortcut.com/api/webhook/v1',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'Payload-Signature', encoding: 'hex' } },
  event: { id: ['{json:$.id}'], sentAt: { at: '{json:$.changed_at}', format: 'iso8601' } },
};
