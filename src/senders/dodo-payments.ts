import type { Sender } from './sender.ts';

/** Dodo Payments. */
export const dodoPayments: Sender = {
  title: 'Dodo Payments',
  page: 'https://github.com/dodopayments/dodopayments-typescript/blob/main/src/resources/webhooks/webhooks.ts',
  secret: 'the signing key of the webhook (whsec_…)',
  shown: { by: 'library', of: 'dodopayments' },
  scheme: { standardWebhooks: true },
  event: { id: ['{header:webhook-id}', '{header:svix-id}'], type: ['{json:$.type}'] },
};
