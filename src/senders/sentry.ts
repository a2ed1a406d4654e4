import type { Sender } from './sender.ts';

/** Sentry. */
export const sentry: Sender = {
  title: 'Sentry',
  page: 'https://docs.sentry.io/integrations/integration-platform/webhooks/',
  secret: 'the client secret of the integration',
  shown: { by: 'documentation' },
  scheme: { hmac: { header: 'Sentry-Hook-Signature', encoding: 'hex' } },
  event: {
    id: ['{header:Request-ID}'],
    type: ['{header:Sentry-Hook-Resource}'],
    sentAt: { at: '{header:Sentry-Hook-Timestamp}', format: 'seconds' },
  },
};
