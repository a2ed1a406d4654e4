import type { Sender } from './sender.ts';

/** Onfido. */
export const onfido: Sender = {
  title: 'Onfido',
  page: 'https://documentation.onfido.com/api/latest/#verifying-webhook-signatures',
  secret: 'the token of the webhook',
  shown: {
    by: 'example',
    of: 'https://github.com/onfido/onfido-node/blob/master/test/classic-webhook-event-verifier.test.ts',
  },
  scheme: { hmac: { header: 'X-SHA2-Signature', encoding: 'hex' } },
  event: { id: ['{bodySha256}'], type: ['{json:$.payload.action}'] },
};
