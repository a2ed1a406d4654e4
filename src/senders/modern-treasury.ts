import type { Sender } from './sender.ts';

/** Modern Treasury. */
export const modernTreasury: Sender = {
  title: 'Modern Treasury',
  page: 'https://github.com/Modern-Treasury/modern-treasury-node',
  secret: 'the webhook key of the organization',
  shown: { by: 'library', of: 'modern-treasury' },
  scheme: { hmac: { header: 'X-Signature', encoding: 'hex' } },
  event: { id: ['{bodySha256}'], type: ['{json:$.event}'] },
};
