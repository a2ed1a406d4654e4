import type { Sender } from './sender.ts';

/** LINE Messaging API. */
export const line: Sender = {
  title: 'LINE Messaging API',
  page: 'https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/',
  secret: 'the channel secret',
  shown: {
    by: 'example',
    of: 'https://github.com/line/line-bot-sdk-nodejs/blob/master/test/validate-signature.spec.ts',
  },
  scheme: { hmac: { header: 'x-line-signature', encoding: 'base64' } },
  event: { id: ['{bodySha256}'] },
  batch: {
    each: '$.events',
    event: {
      id: ['{json:$.webhookEventId}'],
      type: ['{json:$.type}'],
      sentAt: { at: '{json:$.timestamp}', format: 'milliseconds' },
    },
    // It says whether LINE tries again.
    varying: ['$.deliveryContext'],
  },
};
