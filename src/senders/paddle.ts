import type { Sender } from './sender.ts';

/** Paddle Billing. */
export const paddle: Sender = {
  title: 'Paddle Billing',
  page: 'https://developer.paddle.com/webhooks/signature-verification',
  secret: 'the secret key of the notification destination',
  shown: { by: 'library', of: '@paddle/paddle-node-sdk' },
  scheme: {
    hmac: {
      header: 'Paddle-Signature',
      encoding: 'hex',
      parts: { separator: ';', assignment: '=', signature: 'h1' },
      template: '{timestamp}:{body}',
      timestamp: { part: 'ts', format: 'seconds' },
    },
  },
  event: {
    id: ['{json:$.event_id}'],
    type: ['{json:$.event_type}'],
    sentAt: { at: '{json:$.occurred_at}', format: 'iso8601' },
  },
};
