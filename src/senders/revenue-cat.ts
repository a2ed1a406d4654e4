import type { Sender } from './sender.ts';

/** RevenueCat. */
export const revenueCat: Sender = {
  title: 'RevenueCat',
  page: 'https://www.revenuecat.com/docs/integrations/webhooks',
  secret: 'the authorization header value of the webhook, whole',
  shown: { by: 'documentation' },
  scheme: { token: { header: 'Authorization' } },
  event: {
    id: ['{json:$.event.id}'],
    type: ['{json:$.event.type}'],
    sentAt: { at: '{json:$.event.event_timestamp_ms}', format: 'milliseconds' },
  },
};
