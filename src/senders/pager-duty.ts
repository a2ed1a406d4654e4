import type { Sender } from './sender.ts';

/** PagerDuty. */
export const pagerDuty: Sender = {
  title: 'PagerDuty',
  page: 'https://github.com/PagerDuty/developer-docs/blob/main/docs/webhooks/04-Signatures.md',
  secret: 'the secret shown once when the subscription is made',
  shown: {
    by: 'example',
    of: 'https://github.com/PagerDuty/go-pagerduty/blob/main/webhookv3/webhookv3_test.go',
  },
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
