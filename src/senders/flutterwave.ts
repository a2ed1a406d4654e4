import type { Sender } from './sender.ts';

/** Flutterwave. */
export const flutterwave: Sender = {
  title: 'Flutterwave',
  page: 'https://developer.flutterwave.com/docs/webhooks',
  secret: 'the secret hash',
  shown: { by: 'documentation' },
  scheme: { token: { header: 'verif-hash' } },
  event: { id: ['{bodySha256}'], type: ['{json:$.event}', '{json:$.type}'] },
};
