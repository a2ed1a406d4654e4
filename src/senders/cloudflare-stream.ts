import type { Sender } from './sender.ts';

/** Cloudflare Stream. */
export const cloudflareStream: Sender = {
  title: 'Cloudflare Stream',
  page: 'https://developers.cloudflare.com/stream/manage-video-library/using-webhooks/',
  secret: 'the secret of the webhook subscription',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'Webhook-Signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'sig1' },
      template: '{timestamp}.{body}',
      timestamp: { part: 'time', format: 'seconds' },
    },
  },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.status.state}'],
    sentAt: { at: '{json:$.modified}', format: 'iso8601' },
  },
};
