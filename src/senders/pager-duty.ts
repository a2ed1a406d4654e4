import type { Sender } from './sender.ts';

/** PagerDuty. */
export const pagerDuty: Sender = {
  title: 'PagerDuty',
  page: 'https://developer.pagerduty.com/docs/verifying-webhook-signatures',
  secret: 'the secret shown once when the subscription is made',
  shown: { by: 'documentation' },
  scheme: {
    hmac: {
      header: 'X-PagerDuty-Signature',
      encoding: 'hex',
      parts: { separator: ',', assignment: '=', signature: 'v1' },
    },
  },
  event: {
    id: ['{json:$.event.id}'],
    type: ['{json:$.event.event_type}'],
    sentAt: { at: '{json:$.event.occurred_at}', format: 'iso8601' },
  },
};
