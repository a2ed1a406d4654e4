import type { Sender } from './sender.ts';

/** Frame.io. */
export const frameIo: Sender = {
  title: 'Frame.io',
  page: 'https://github.com/Frameio/webhooks-example-app',
  secret: 'the signing secret shown when the webhook is made',
  shown: { by: 'example', of: 'https://github.com/Frameio/webhooks-example-app' },
  scheme: {
    hmac: {
      header: 'X-Frameio-Signature',
      encoding: 'hex',
      prefix: 'v0=',
      template: 'v0:{timestamp}:{body}',
      timestamp: { header: 'X-Frameio-Request-Timestamp', format: 'seconds' },
    },
  },
  event: { id: ['{bodySha256}'], type: ['{json:$.type}'] },
};
