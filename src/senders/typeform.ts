import type { Sender } from './sender.ts';

/** Typeform. */
export const typeform: Sender = {
  title: 'Typeform',
  page: 'https://www.typeform.com/developers/webhooks/secure-your-webhooks/',
  secret: 'the secret that you gave to the webhook',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'Typeform-Signature', encoding: 'base64', prefix: 'sha256=' } },
  event: {
    id: ['{json:$.event_id}'],
    type: ['{json:$.event_type}'],
    sentAt: { at: '{json:$.form_response.submitted_at}', format: 'iso8601' },
  },
};
