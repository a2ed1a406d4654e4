import type { Sender } from './sender.ts';

/** Mailgun. */
export const mailgun: Sender = {
  title: 'Mailgun',
  page: 'https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks',
  secret: 'the HTTP webhook signing key',
  shown: { by: 'documentation' },
  note: 'Mailgun signs a time and a random token, and nothing of the event: a body is as sure as the TLS it came by. Whether a retry is signed anew it does not say: a longer `toleranceSeconds` takes late ones too.',
  scheme: {
    bodyHmac: {
      signature: '$.signature.signature',
      fields: ['$.signature.timestamp', '$.signature.token'],
      separator: '',
      encoding: 'hex',
      timestamp: '$.signature.timestamp',
    },
  },
  event: { id: ['{json:$.event-data.id}'], type: ['{json:$.event-data.event}'] },
};
