import type { Sender } from './sender.ts';

/** Mux. */
export const mux: Sender = {
  title: 'Mux',
  page: 'https://www.mux.com/docs/core/verify-webhook-signatures',
  secret: 'the signing secret of the webhook',
  shown: { by: 'library', of: '@mux/mux-node' },
  scheme: {
    hmac: {
      header: 'Mux-Signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'v1' },
      template: '{timestamp}.{body}',
      timestamp: { part: 't', format: 'seconds' },
    },
  },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.type}'],
    sentAt: { at: '{json:$.created_at}', format: 'iso8601' },
  },
};
