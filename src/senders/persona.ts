import type { Sender } from './sender.ts';

/** Persona. */
export const persona: Sender = {
  title: 'Persona',
  page: 'https://docs.withpersona.com/webhooks-best-practices',
  secret: 'the secret of the webhook',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'Persona-Signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'v1' },
      template: '{timestamp}.{body}',
      timestamp: { part: 't', format: 'seconds' },
    },
  },
  event: {
    id: ['{json:$.data.id}'],
    type: ['{json:$.data.attributes.name}'],
    sentAt: { at: '{json:$.data.attributes.created-at}', format: 'iso8601' },
  },
};
