import type { Sender } from './sender.ts';

/** Mailchimp Transactional (Mandrill). */
export const mandrill: Sender = {
  title: 'Mailchimp Transactional (Mandrill)',
  page: 'https://mandrill.zendesk.com/hc/en-us/articles/360039232513-How-to-Authenticate-Webhook-Requests',
  secret: 'the key of the webhook',
  note: 'What one request brings is one event: its list is in a form.',
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
  handshakes: [{ method: 'HEAD', answer: {} }],
};
