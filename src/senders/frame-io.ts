import type { Sender } from './sender.ts';

/** Frame.io. */
export const frameIo: Sender = {
  title: 'Frame.io',
  page: 'https://developer.adobe.com/frameio/guides/Webhooks/',
  secret: 'the signing secret shown when the webhook is made',
  shown: { by: 'documentation' },
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
