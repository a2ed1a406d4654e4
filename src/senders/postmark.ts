import type { Sender } from './sender.ts';

/** Postmark. */
export const postmark: Sender = {
  title: 'Postmark',
  page: 'https://postmarkapp.com/developer/webhooks/webhooks-overview',
  secret:
    'a user and a password of your own, as user:password, and put them into the URL that you give to Postmark (`https://user:password@…`),',
  shown: { by: 'documentation' },
  scheme: { authorization: 'Basic' },
  event: { id: ['{bodySha256}'], type: ['{json:$.RecordType}'] },
};
