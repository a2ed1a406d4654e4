import type { Sender } from './sender.ts';

/** Plaid. */
export const plaid: Sender = {
  title: 'Plaid',
  page: 'https://plaid.com/docs/api/webhooks/webhook-verification/',
  secret:
    'the JSON of `key` in the answer of `/webhook_verification_key/get`, asked for the `kid` of a delivery’s token,',
  shown: { by: 'documentation' },
  note: 'Plaid signs with another key from time to time, and the pipeline does not ask Plaid for it: deliveries are refused (`token-mismatch`) until you add the new key in front. A delivery only says what changed, so equal ones are different events: each is one.',
  scheme: {
    jwt: { header: 'Plaid-Verification', algorithm: 'ES256', bodyHashClaim: 'request_body_sha256' },
  },
  event: { id: [], type: ['{json:$.webhook_type}:{json:$.webhook_code}'] },
};
