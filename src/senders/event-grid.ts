import { abuseProtection } from './abuse-protection.ts';
import type { Sender } from './sender.ts';

/** Azure Event Grid, in its own schema and in that of CloudEvents. */
export const eventGrid: Sender = {
  title: 'Azure Event Grid',
  page: 'https://learn.microsoft.com/en-us/azure/event-grid/webhook-event-delivery',
  secret: 'a text of your own, and put it behind the URL that you give to Event Grid, as `?code=<text>`,',
  shown: { by: 'documentation' },
  note: 'By default a delivery is one event, in a list. Of a batch, which you can turn on, the first event tells the identity; with `eventId: { each: $, jsonPath: $.id }` each is one of its own.',
  mayBeList: true,
  scheme: { token: { query: 'code' } },
  event: {
    id: [
      '{json:$[0].topic}|{json:$[0].id}',
      '{json:$.source}|{json:$.id}',
      '{json:$[0].source}|{json:$[0].id}',
    ],
    type: ['{json:$[0].eventType}', '{json:$.type}', '{json:$[0].type}'],
    sentAt: { at: '{json:$[0].eventTime}', format: 'iso8601' },
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
