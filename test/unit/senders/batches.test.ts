import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EACH_PATH, JSON_PATH, PLACE, type SourceSettings } from '../../../handlers/contract.ts';
import { decodeEnvelope, encodeEnvelope } from '../../../handlers/envelope.ts';
import { newEvent } from '../../../handlers/post-queue/document.ts';
import { weigh } from '../../../handlers/post-queue/payload.ts';
import { type Element, split } from '../../../handlers/post-queue/split.ts';
import { storeEvents } from '../../../handlers/post-queue/store.ts';
import { receive } from '../../../handlers/pre-queue/receive.ts';
import { eventReader } from '../../../handlers/sources/event-reader.ts';
import { sourceOf } from '../../../handlers/sources/index.ts';
import { SOURCE_TYPES, TELLING_TYPES, withSender } from '../../../src/senders/index.ts';
import { post } from '../handlers/deliveries.ts';
import { envelope, MEMORY_BYTES } from '../handlers/post-queue/envelopes.ts';
import { FakeCollection } from '../handlers/post-queue/fake-collection.ts';
import { NOW } from './delivery.ts';

/** Elements as each sender writes them, told from one another by a number; `retried` is one on a further try. */
interface Written {
  readonly around: (elements: readonly string[]) => string;
  readonly element: (n: number, retried: boolean) => object;
  /** Of number 7. */
  readonly identity: string | 'bytes';
  readonly eventType?: string;
  readonly sentAt?: string;
}

const list = (elements: readonly string[]) => `[${elements.join(',')}]`;

const SENT: Readonly<Record<string, Written>> = {
  // docs.adyen.com: "Webhook structure and types".
  Adyen: {
    around: (elements) => `{"live":"false","notificationItems":${list(elements)}}`,
    element: (n) => ({
      NotificationRequestItem: {
        eventCode: 'AUTHORISATION',
        eventDate: '2026-01-02T03:04:05+00:00',
        pspReference: `QFQTPCQ8HXSKGK8${n}`,
        success: 'true',
      },
    }),
    identity: 'bytes',
    eventType: 'AUTHORISATION',
    sentAt: '2026-01-02T03:04:05Z',
  },
  // twilio.com/docs/sendgrid: "Event webhook reference".
  SendGrid: {
    around: list,
    element: (n) => ({
      email: 'example@test.com',
      timestamp: 1_767_323_045,
      'smtp-id': '<14c5d75ce93.dfd.64b469@ismtpd-555>',
      event: 'processed',
      sg_event_id: `ZGVsaXZlcmVkL${n}`,
      sg_message_id: `14c5d75ce93.dfd.64b469.${n}`,
    }),
    identity: 'ZGVsaXZlcmVkL7',
    eventType: 'processed',
    sentAt: '2026-01-02T03:04:05Z',
  },
  // learn.microsoft.com: "Event Grid event schema".
  EventGrid: {
    around: list,
    element: (n) => ({
      topic: '/subscriptions/x/resourceGroups/y/providers/Microsoft.Storage/storageAccounts/z',
      subject: '/blobServices/default',
      eventType: 'Microsoft.Storage.BlobCreated',
      eventTime: '2026-01-02T03:04:05.000Z',
      id: `831e1650-001e-001b-66ab-eeb76e0${n}`,
      data: { api: 'PutBlob' },
    }),
    identity:
      '/subscriptions/x/resourceGroups/y/providers/Microsoft.Storage/storageAccounts/z|831e1650-001e-001b-66ab-eeb76e07',
    eventType: 'Microsoft.Storage.BlobCreated',
    sentAt: '2026-01-02T03:04:05Z',
  },
  // CloudEvents: "JSON Event Format", section 4 (batches).
  CloudEvents: {
    around: list,
    element: (n) => ({
      specversion: '1.0',
      type: 'com.example.someevent',
      source: '/mycontext',
      id: `A234-1234-123${n}`,
      time: '2026-01-02T03:04:05Z',
      data: [1],
    }),
    identity: '/mycontext|A234-1234-1237',
    eventType: 'com.example.someevent',
    sentAt: '2026-01-02T03:04:05Z',
  },
  // developers.hubspot.com: "Webhooks API".
  HubSpot: {
    around: list,
    element: (n, retried) => ({
      objectId: 1246965,
      propertyName: 'lifecyclestage',
      eventId: 38_160 + (n % 3),
      subscriptionType: 'contact.propertyChange',
      attemptNumber: retried ? 1 : 0,
      occurredAt: 1_767_323_045_000 + n - 7,
    }),
    identity: 'bytes',
    eventType: 'contact.propertyChange',
    sentAt: '2026-01-02T03:04:05Z',
  },
  // developer.xero.com: "Webhooks: your server".
  Xero: {
    around: (elements) =>
      `{"events":${list(elements)},"lastEventSequence": 1,"firstEventSequence": 1,"entropy": "S0m3r4Nd0mt3xt"}`,
    element: (n) => ({
      resourceId: '717f2bfc-c6d4-41fd-b238-3f2f0c0cf777',
      eventDateUtc: `2026-01-02T03:04:05.00${n}Z`,
      eventType: 'UPDATE',
      eventCategory: 'CONTACT',
    }),
    identity: 'bytes',
    eventType: 'CONTACT.UPDATE',
    sentAt: '2026-01-02T03:04:05.007Z',
  },
  // developers.line.biz: "Messaging API reference: webhook event objects".
  LINE: {
    around: (elements) => `{"destination":"xxxxxxxxxx","events":${list(elements)}}`,
    element: (n, retried) => ({
      type: 'message',
      message: { type: 'text', id: '14353798921116', text: 'Hello, world' },
      webhookEventId: `01FZ74A0TDDPYRVKNK77XKC3Z${n}`,
      deliveryContext: { isRedelivery: retried },
      timestamp: 1_767_323_045_000,
    }),
    identity: '01FZ74A0TDDPYRVKNK77XKC3Z7',
    eventType: 'message',
    sentAt: '2026-01-02T03:04:05Z',
  },
  // developer.gocardless.com: "Webhooks overview".
  GoCardless: {
    around: (elements) => `{"events":${list(elements)},"meta":{"webhook_id":"WB${elements.length}"}}`,
    element: (n) => ({
      id: `EV${n}`,
      created_at: '2026-01-02T03:04:05.000Z',
      action: 'confirmed',
      resource_type: 'payments',
    }),
    identity: 'EV7',
    eventType: 'payments.confirmed',
    sentAt: '2026-01-02T03:04:05Z',
  },
  // developer.okta.com: "Event hooks: sample event delivery payload".
  Okta: {
    around: (elements) => `{"eventType":"com.okta.event_hook","data":{"events":${list(elements)}}}`,
    element: (n) => ({
      uuid: `da80fe39-28a3-11e7-85ee-0${n}`,
      published: '2026-01-02T03:04:05.000Z',
      eventType: 'user.session.start',
    }),
    identity: 'da80fe39-28a3-11e7-85ee-07',
    eventType: 'user.session.start',
    sentAt: '2026-01-02T03:04:05Z',
  },
  // developers.facebook.com: "Webhooks from Meta: getting started", "WhatsApp Cloud API: webhooks".
  Meta: {
    around: (elements) => `{"object":"whatsapp_business_account","entry":${list(elements)}}`,
    element: (n) => ({
      id: '8856996819413533',
      changes: [{ value: { messages: [{ id: `wamid.${n}` }] }, field: 'messages' }],
    }),
    identity: 'bytes',
    eventType: 'messages',
  },
  // mandrillapp.com: "Webhook format"; known by its bytes, since `_id` is the message's.
  Mandrill: {
    around: (elements) => `mandrill_events=${encodeURIComponent(list(elements)).replaceAll('%20', '+')}`,
    element: (n) => ({
      event: 'click',
      ts: 1_767_323_045,
      msg: { _id: 'exampleaaaaaaaaaaaaaaaaaaaaaaaaa', subject: 'Grüße & 1+1=2', email: 'a+b@example.com' },
      url: `https://example.com/?n=${n}`,
      _id: 'exampleaaaaaaaaaaaaaaaaaaaaaaaaa',
    }),
    identity: 'bytes',
    eventType: 'click',
    sentAt: '2026-01-02T03:04:05Z',
  },
  // learn.microsoft.com: "changeNotification resource type".
  MicrosoftGraph: {
    around: (elements) => `{"value":${list(elements)},"validationTokens":["t${elements.length}"]}`,
    element: (n) => ({
      subscriptionId: '7f105c7d-2dc5-4530-97cd-4e7ae6534c07',
      clientState: 's',
      changeType: 'updated',
      resource: `Users/1/Messages/${n}`,
      resourceData: { '@odata.type': '#Microsoft.Graph.Message' },
    }),
    identity: 'bytes',
    eventType: 'updated',
  },
};

const settingsOf = (type: string): SourceSettings =>
  JSON.parse(JSON.stringify(withSender({ type, toleranceSeconds: 300 })));
const types = SOURCE_TYPES.filter((type) => {
  const settings = settingsOf(type);
  const described = ['HMAC', 'PublicKey', 'JWT'].includes(type);
  const { batch } = described ? {} : sourceOf(settings);
  return batch !== undefined && batch.byPlace === undefined;
});

test('each sender that puts several events into one request is shown here', () => {
  expect(Object.keys(SENT).toSorted()).toEqual(types.toSorted());
});

test('each of them that tells types of its elements is known to the rules of a source', () => {
  const telling = Object.keys(SENT).filter((type) => sourceOf(settingsOf(type)).batch?.event.type);
  expect(telling.filter((type) => !TELLING_TYPES.includes(type))).toEqual([]);
});

describe.each(Object.entries(SENT))('%s', (type, { around, element, ...event }) => {
  const { batch } = sourceOf(settingsOf(type));
  if (batch === undefined) throw new Error('no batch');

  /** What the queue gets of a request, as if it had been found authentic. */
  const received = (elements: readonly object[]) => {
    const body = Buffer.from(around(elements.map((each) => JSON.stringify(each))));
    const settings = { type: 'None', toleranceSeconds: 300, eventId: { each: '$' } };
    const request = { method: 'POST', url: 'https://a', query: new Map(), headers: new Map(), body };
    const receipt = receive(request, { source: settings, secrets: [] }, NOW, randomUUID());
    if (receipt.kind !== 'accepted') throw new Error(receipt.kind);
    return decodeEnvelope(encodeEnvelope({ ...receipt.envelope, source: type, batch }));
  };
  const elementsOf = (elements: readonly object[]): readonly Element[] => {
    const found = split(received(elements), batch);
    if (typeof found === 'string') throw new Error(found);
    return found;
  };

  test('says in data that can be read where the elements are and what they tell', () => {
    expect(batch.each).toMatch(new RegExp(`^${EACH_PATH.source}$`));
    for (const path of batch.varying ?? []) expect(path).toMatch(new RegExp(`^${JSON_PATH.source}$`));
    const { id, type: types = [], sentAt, retry } = batch.event;
    // An element has no headers of its own, and none of the request's is kept for it.
    expect(eventReader(batch.event).headers).toEqual([]);
    for (const text of [...id, ...types, ...[sentAt?.at ?? []].flat(), retry ?? '']) {
      expect(text.replaceAll(new RegExp(`\\{(?:${PLACE.source})\\}`, 'g'), '')).not.toMatch(/[{}]/);
    }
  });

  test('tells of an element which event it is, its type and its time', () => {
    const [found] = elementsOf([element(7, false)]);
    expect(found?.envelope).toMatchObject({
      identity: event.identity === 'bytes' ? expect.stringMatching(/^sha256:/) : event.identity,
      eventType: event.eventType,
      sentAt: event.sentAt === undefined ? undefined : new Date(event.sentAt),
    });
  });

  test('is one document an element, however they are grouped and tried again', async () => {
    const group = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(group, fc.boolean()), { minLength: 1, maxLength: 5 }),
        async (all) => {
          const collection = new FakeCollection();
          for (const [numbers, retried] of all) {
            const elements = elementsOf(numbers.map((n) => element(n, retried)));
            const events = elements.map(({ envelope, ...where }) =>
              newEvent(
                { envelope, element: { ...where, request: 'r' } },
                weigh(envelope.body, MEMORY_BYTES),
                NOW,
                undefined,
              ),
            );
            await storeEvents(collection.asCollection, events);
          }
          const stored = [...collection.documents.values()];
          expect(stored).toHaveLength(new Set(all.flatMap(([numbers]) => numbers)).size);
          expect(stored.every(({ conflictsWith }) => conflictsWith === undefined)).toBe(true);
          expect(stored.reduce((sum, { deliveryCount }) => sum + deliveryCount, 0)).toBe(
            all.reduce((sum, [numbers]) => sum + new Set(numbers).size, 0),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('Pusher, whose events don’t say when they were', () => {
  const { batch } = sourceOf(settingsOf('Pusher'));
  if (batch === undefined) throw new Error('no batch');

  test('has one document for each place in each request, and one delivery more for a repeat', async () => {
    const element = fc.constantFrom(
      { name: 'channel_occupied', channel: 'a' },
      { name: 'channel_vacated', channel: 'a' },
    );
    const request = fc.record({
      time_ms: fc.integer({ min: 1_767_323_045_000, max: 1_767_323_045_002 }),
      events: fc.array(element, { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 6 }), async (requests) => {
        const collection = new FakeCollection();
        for (const each of requests) {
          const body = JSON.stringify(each);
          const settings = settingsOf('Pusher');
          const identity = sourceOf(settings).identify(post({}, body));
          const { sentAt } = identity;
          const whole = envelope(identity.id ?? '', body, { sentAt, source: 'Pusher', batch });
          const elements = split(decodeEnvelope(encodeEnvelope({ ...whole, id: randomUUID() })), batch);
          if (typeof elements === 'string') throw new Error(elements);
          expect(elements.map((one) => one.envelope.sentAt?.getTime())).toEqual(
            each.events.map(() => each.time_ms),
          );
          const events = elements.map(({ envelope: one, ...where }) =>
            newEvent(
              { envelope: one, element: { ...where, request: 'r' } },
              weigh(one.body, MEMORY_BYTES),
              NOW,
              undefined,
            ),
          );
          await storeEvents(collection.asCollection, events);
        }
        const distinct = new Map(requests.map((each) => [JSON.stringify(each), each.events.length]));
        const stored = [...collection.documents.values()];
        expect(stored).toHaveLength([...distinct.values()].reduce((sum, length) => sum + length, 0));
        expect(stored.every(({ conflictsWith }) => conflictsWith === undefined)).toBe(true);
        expect(stored.reduce((sum, { deliveryCount }) => sum + deliveryCount, 0)).toBe(
          requests.reduce((sum, { events }) => sum + events.length, 0),
        );
      }),
      { numRuns: 200 },
    );
  });
});
