import type { Sender } from './sender.ts';

/** Slack. */
export const slack: Sender = {
  title: 'Slack',
  page: 'https://docs.slack.dev/authentication/verifying-requests-from-slack',
  guide: 'slack.md',
  secret: 'the signing secret of the app',
  shown: { by: 'library', of: '@slack/bolt' },
  // A modal shows any other body as an error.
  answers: { body: '' },
  scheme: {
    hmac: {
      header: 'X-Slack-Signature',
      encoding: 'hex',
      prefix: 'v0=',
      template: 'v0:{timestamp}:{body}',
      timestamp: { header: 'X-Slack-Request-Timestamp', format: 'seconds' },
    },
  },
  event: {
    id: ['{json:$.event_id}'],
    type: ['{json:$.event.type}', '{json:$.type}'],
    sentAt: { at: '{json:$.event_time}', format: 'seconds' },
    retry: '{header:X-Slack-Retry-Num}',
  },
  handshakes: [
    {
      method: 'POST',
      when: { '{json:$.type}': 'url_verification' },
      signed: true,
      answer: { text: '{json:$.challenge}' },
    },
  ],
};
