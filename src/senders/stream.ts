import type { Sender } from './sender.ts';

/** Stream (getstream.io). */
export const stream: Sender = {
  title: 'Stream (getstream.io)',
  page: 'https://github.com/GetStream/stream-chat-js',
  secret: 'the secret of the app',
  shown: { by: 'library', of: 'stream-chat' },
  scheme: { hmac: { header: 'X-Signature', encoding: 'hex' } },
  event: { id: ['{bodySha256}'], type: ['{json:$.type}'] },
};
