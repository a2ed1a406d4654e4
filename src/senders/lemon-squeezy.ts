import type { Sender } from './sender.ts';

/** Lemon Squeezy. */
export const lemonSqueezy: Sender = {
  title: 'Lemon Squeezy',
  page: 'https://github.com/lmsqueezy/laravel/blob/main/src/Http/Middleware/VerifyWebhookSignature.php',
  secret: 'the signing secret that you gave to the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'X-Signature', encoding: 'hex' } },
  event: { id: ['{bodySha256}'], type: ['{header:X-Event-Name}', '{json:$.meta.event_name}'] },
};
