import type { Sender } from './sender.ts';

/** AfterShip. */
export const afterShip: Sender = {
  title: 'AfterShip',
  page: 'https://www.aftership.com/docs/tracking/webhook/webhook-signature',
  secret: 'the webhook secret of the account',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'aftership-hmac-sha256', encoding: 'base64' } },
  event: { id: ['{bodySha256}'] },
};
