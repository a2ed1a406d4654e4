import type { Sender } from './sender.ts';

/** Telnyx. */
export const telnyx: Sender = {
  title: 'Telnyx',
  page: 'https://github.com/team-telnyx/telnyx-node/blob/master/src/lib/webhooks.ts',
  secret: 'the public key of the account',
  shown: { by: 'documentation' },
  scheme: {
    publicKey: {
      header: 'telnyx-signature-ed25519',
      algorithm: 'ed25519',
      encoding: 'base64',
      template: '{timestamp}|{body}',
      timestamp: { header: 'telnyx-timestamp', format: 'seconds' },
    },
  },
  event: {
    id: ['{json:$.data.id}'],
    type: ['{json:$.data.event_type}'],
    sentAt: { at: '{json:$.data.occurred_at}', format: 'iso8601' },
  },
};
