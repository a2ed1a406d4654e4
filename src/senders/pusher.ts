import type { Sender } from './sender.ts';

/** Pusher Channels. */
export const pusher: Sender = {
  title: 'Pusher Channels',
  page: 'https://pusher.com/docs/channels/server_api/webhooks/',
  secret: 'the secret of the app key',
  note: "Pusher's events don't say when they were: each has the time of its request.",
  shown: { by: 'library', of: 'pusher' },
  scheme: { hmac: { header: 'X-Pusher-Signature', encoding: 'hex' } },
  event: {
    id: ['{bodySha256}'],
    sentAt: { at: '{json:$.time_ms}', format: 'milliseconds' },
  },
  batch: { each: '$.events', byPlace: true, event: { id: [], type: ['{json:$.name}'] } },
};
