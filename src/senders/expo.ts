import type { Sender } from './sender.ts';

/** Expo EAS. */
export const expo: Sender = {
  title: 'Expo EAS',
  page: 'https://docs.expo.dev/eas/webhooks/',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'expo-signature', algorithm: 'sha1', encoding: 'hex', prefix: 'sha1=' } },
  event: {
    id: ['{json:$.id}:{json:$.status}'],
    type: ['{json:$.status}'],
    sentAt: { at: '{json:$.completedAt}', format: 'iso8601' },
  },
};
