import type { Sender } from './sender.ts';

/** Pusher Channels. */
export const pusher: Sender = {
  title: 'Pusher Channels',
  page: 'https://pusher.com/docs/channels/server_api/webhooks/',
  secret: 'the secret of the app key',
  shown: { by: 'library', of: 'pusher' },
  scheme: { hmac: { header: 'X-Pusher-Signature', encoding: 'hex' } },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.events[0].name}'],
    sentAt: { at: '{json:$.time_ms}', format: 'milliseconds' },
  },
};
