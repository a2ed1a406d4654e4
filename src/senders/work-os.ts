import type { Sender } from './sender.ts';

/** WorkOS. */
export const workOS: Sender = {
  title: 'WorkOS',
  page: 'https://workos.com/docs/events/data-syncing/webhooks',
  secret: 'the secret of the webhook endpoint',
  shown: { by: 'library', of: '@workos-inc/node' },
  scheme: {
    hmac: {
      header: 'WorkOS-Signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'v1' },
      template: '{timestamp}.{body}',
      timestamp: { part: 't', format: 'milliseconds' },
    },
  },
  event: {
    id: ['{json:$.id}'],
    type: ['{json:$.event}'],
    sentAt: { at: '{json:$.created_at}', format: 'iso8601' },
  },
};
