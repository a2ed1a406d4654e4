import type { Sender } from './sender.ts';

/** Twitch EventSub. */
export const twitch: Sender = {
  title: 'Twitch EventSub',
  page: 'https://github.com/twitchdev/twitch-cli/blob/main/internal/events/trigger/forward_event.go',
  secret: 'the secret that you gave to the subscription',
  shown: { by: 'documentation' },
  note: 'Twitch takes deliveries of up to ten minutes of age for right: set `toleranceSeconds: 600` to take them too.',
  scheme: {
    hmac: {
      header: 'Twitch-Eventsub-Message-Signature',
      encoding: 'hex',
      prefix: 'sha256=',
      template: '{header:Twitch-Eventsub-Message-Id}{timestamp}{body}',
      timestamp: { header: 'Twitch-Eventsub-Message-Timestamp', format: 'iso8601' },
    },
  },
  event: {
    id: ['{header:Twitch-Eventsub-Message-Id}'],
    type: ['{header:Twitch-Eventsub-Subscription-Type}'],
    sentAt: { at: '{header:Twitch-Eventsub-Message-Timestamp}', format: 'iso8601' },
  },
  handshakes: [
    {
      method: 'POST',
      when: { '{header:Twitch-Eventsub-Message-Type}': 'webhook_callback_verification' },
      signed: true,
      answer: { text: '{json:$.challenge}' },
    },
  ],
};
