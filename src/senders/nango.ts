import type { Sender } from './sender.ts';

/** Nango. */
export const nango: Sender = {
  title: 'Nango',
  page: 'https://github.com/NangoHQ/nango',
  secret: 'the webhook signing key of the environment',
  shown: { by: 'library', of: '@nangohq/node' },
  scheme: { hmac: { header: 'X-Nango-Hmac-Sha256', encoding: 'hex' } },
  event: { id: ['{bodySha256}'], type: ['{json:$.type}'] },
};
