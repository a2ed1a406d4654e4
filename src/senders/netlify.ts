import type { Sender } from './sender.ts';

/** Netlify: deploy notifications. */
export const netlify: Sender = {
  title: 'Netlify',
  page: 'https://docs.netlify.com/site-deploys/deploy-notifications/',
  secret: 'the JWS secret token of the notification',
  note: 'A deploy has one `id` in all its states, and a state may come again: so an event is known by its bytes.',
  shown: { by: 'documentation' },
  scheme: {
    jwt: {
      header: 'X-Webhook-Signature',
      algorithm: 'HS256',
      issuer: 'netlify',
      bodyHashClaim: 'sha256',
    },
  },
  event: {
    id: ['{bodySha256}'],
    type: ['{json:$.state}'],
    sentAt: { at: '{json:$.updated_at}', format: 'iso8601' },
  },
};
