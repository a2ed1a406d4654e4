import type { Sender } from './sender.ts';

/** Pusher Channels. */
export const pusher: Sender = {
  title: 'Pusher Channels',
  page: 'https://pusher.com/docs/channels/server_api/webhooks/',
  secret: 'the secret of the app key',
  note: "Pusher's events don't say when they were, so that equal ones can't be told apart: what one request brings is one event.",
  shown: { by: 'library', of: 'pusher' },
  scheme: { hmac: { header: 'X-Pusher-Signature', encoding: 'hex' } },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.events[0].name}'],
    sentAt: { at: '{json:$.time_ms}', format: 'milliseconds' },
  },
};
