import type { Sender } from './sender.ts';

/** Zoom. */
export const zoom: Sender = {
  title: 'Zoom',
  page: 'https://github.com/zoom/webhook-sample',
  secret: 'the secret token of the app',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'x-zm-signature',
      encoding: 'hex',
      prefix: 'v0=',
      template: 'v0:{timestamp}:{body}',
      timestamp: { header: 'x-zm-request-timestamp', format: 'seconds' },
    },
  },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.event}'],
    sentAt: { at: '{json:$.event_ts}', format: 'milliseconds' },
  },
  handshakes: [
    {
      method: 'POST',
      when: { '{json:$.event}': 'endpoint.url_validation' },
      signed: true,
      answer: {
        json: {
          plainToken: '{json:$.payload.plainToken}',
          encryptedToken: { hmacOf: '{json:$.payload.plainToken}' },
        },
      },
    },
  ],
};
