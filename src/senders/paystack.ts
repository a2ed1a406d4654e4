import type { Sender } from './sender.ts';

/** Paystack. */
export const paystack: Sender = {
  title: 'Paystack',
  page: 'https://github.com/PaystackOSS/doc-code-snippets/blob/main/dist/doc/payments/webhooks/verifying-transaction.js',
  secret: 'the secret key of the account',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'x-paystack-signature', algorithm: 'sha512', encoding: 'hex' } },
  event: { id: ['{bodySha256}'], type: ['{json:$.event}'] },
};
