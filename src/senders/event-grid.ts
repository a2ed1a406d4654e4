import { abuseProtection } from './abuse-protection.ts';
import type { Sender } from './sender.ts';

/** Azure Event Grid, in its own schema and in that of CloudEvents. */
export const eventGrid: Sender = {
  title: 'Azure Event Grid',
  page: 'https://learn.microsoft.com/en-us/azure/event-grid/webhook-event-delivery',
  secret: 'a text of your own, and put it behind the URL that you give to Event Grid, as `?code=<text>`,',
  shown: { by: 'documentation' },
  scheme: { token: { query: 'code' } },
  event: {
    id: ['{json:$.source}|{json:$.id}', '{bodySha256}'],
    type: ['{json:$.type}', '{json:$[0].eventType}', '{json:$[0].type}'],
    sentAt: { at: '{json:$.time}', format: 'iso8601' },
  },
  batch: {
    each: '$',
    ifList: true,
    event: {
      id: ['{json:$.topic}|{json:$.id}', '{json:$.source}|{json:$.id}'],
      type: ['{json:$.eventType}', '{json:$.type}'],
      sentAt: { at: ['{json:$.eventTime}', '{json:$.time}'], format: 'iso8601' },
    },
  },
  handshakes: [
    {
      method: 'POST',
      when: { '{json:$[0].eventType}': 'Microsoft.EventGrid.SubscriptionValidationEvent' },
      signed: true,
      answer: { json: { validationResponse: '{json:$[0].data.validationCode}' } },
    },
    abuseProtection,
  ],
};
