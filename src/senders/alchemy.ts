import type { Sender } from './sender.ts';

/** Alchemy. */
export const alchemy: Sender = {
  title: 'Alchemy',
  page: 'https://github.com/alchemyplatform/webhook-examples',
  secret: 'the signing key of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Alchemy-Signature', encoding: 'hex' } },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.createdAt}', format: 'iso8601' },
  },
};
