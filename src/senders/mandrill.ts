import type { Sender } from './sender.ts';

/** Mailchimp Transactional (Mandrill). */
export const mandrill: Sender = {
  title: 'Mailchimp Transactional (Mandrill)',
  page: 'https://mandrill.zendesk.com/hc/en-us/articles/360039232513-How-to-Authenticate-Webhook-Requests',
  secret: 'the key of the webhook',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'X-Mandrill-Signature',
      algorithm: 'sha1',
      encoding: 'base64',
      template: '{url}{form:*}',
    },
  },
  event: { id: ['{bodySha256}'] },
  // `_id` is the message's, which has many events.
  batch: {
    form: 'mandrill_events',
    each: '$',
    event: {
      id: [],
      type: ['{json:$.event}', '{json:$.type}.{json:$.action}'],
      sentAt: { at: '{json:$.ts}', format: 'seconds' },
    },
  },
  handshakes: [{ method: 'HEAD', answer: {} }],
};
