import type { Sender } from './sender.ts';

/** Postmark. */
export const postmark: Sender = {
  title: 'Postmark',
  page: 'https://postmarkapp.com/developer/webhooks/webhooks-overview',
  secret: 'user and password in the URL of the webhook, as user:password',
  shown: { by: 'documentation' },
  scheme: { authorization: 'Basic' },
  event: { id: ['{bodySha256}'], type: ['{json:$.RecordType}'] },
};
