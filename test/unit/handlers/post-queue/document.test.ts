import { readFileSync } from 'node:fs';
import { Binary, BSON } from 'mongodb';
import { expect, test } from 'vitest';
import { type EventDocument, LISTED_DELIVERIES, newEvent } from '../../../../handlers/post-queue/document.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { NOW } from '../deliveries.ts';
import { envelope } from './envelopes.ts';

const { EJSON } = BSON;
const STORED_AT = new Date('2026-01-10T00:00:00Z');

test('an event is made once, by an upsert whose filter decides by identity and bytes', () => {
  const anEnvelope = envelope('4711:abc', '{"a":1}', {
    eventType: 'push',
    sequence: 3,
    attemptedAt: NOW,
    attempt: 2,
    contentType: 'application/json',
    headers: { 'x-github-event': ['push'] },
  });
  const bodySha256 = sha256Hex('{"a":1}');
  const { upsert, conflict } = newEvent(anEnvelope, STORED_AT, 30);
  const fields = {
    source: 'GitHub',
    identity: '4711:abc',
    type: 'push',
    sentAt: undefined,
    sequence: 3,
    receivedAt: NOW,
    expiresAt: new Date('2026-02-09T00:00:00Z'),
    contentType: 'application/json',
    headers: { 'x-github-event': ['push'] },
    body: new Binary(Buffer.from('{"a":1}')),
    payload: { a: 1 },
    deliveryCount: 1,
    deliveries: [{ id: anEnvelope.id, receivedAt: NOW, attemptedAt: NOW, attempt: 2 }],
  };
  expect(upsert).toEqual({
    updateOne: {
      filter: { _id: 'GitHub:4711:abc', bodySha256 },
      update: { $setOnInsert: fields },
      upsert: true,
    },
  });
  expect(conflict.upsert).toEqual({
    updateOne: {
      filter: { _id: `GitHub:4711:abc#${bodySha256}`, bodySha256 },
      update: { $setOnInsert: { ...fields, conflictsWith: 'GitHub:4711:abc' } },
      upsert: true,
    },
  });
});

test('a delivery is added to the document of its bytes, unless it is listed there', () => {
  const anEnvelope = envelope('1', 'a');
  const { addDelivery, conflict } = newEvent(anEnvelope, STORED_AT, 30);
  const filter = { bodySha256: sha256Hex('a'), 'deliveries.id': { $ne: anEnvelope.id } };
  const update = {
    $inc: { deliveryCount: 1 },
    $push: { deliveries: { $each: [{ id: anEnvelope.id, receivedAt: NOW }], $slice: -LISTED_DELIVERIES } },
  };
  expect(addDelivery).toEqual({ updateOne: { filter: { _id: 'GitHub:1', ...filter }, update } });
  expect(conflict.addDelivery).toEqual({
    updateOne: { filter: { _id: `GitHub:1#${sha256Hex('a')}`, ...filter }, update },
  });
});

test('the example in the documentation is what is stored', () => {
  const [, text = ''] = /^```json\n(.*?)^```$/ms.exec(readFileSync('docs/events.md', 'utf8')) ?? [];
  const documented: EventDocument = EJSON.parse(text);
  const {
    source,
    identity,
    type: eventType,
    sentAt,
    sequence,
    receivedAt,
    contentType,
    headers,
  } = documented;
  const { id = '', attemptedAt, attempt } = documented.deliveries[0] ?? {};
  const body = Buffer.from(documented.body.value());
  const known = { source, identity, eventType, sentAt, sequence, receivedAt, contentType, headers };
  const { upsert } = newEvent({ ...known, id, attemptedAt, attempt, body }, receivedAt, 90);
  if (!('updateOne' in upsert)) throw new Error('it is an update');
  const { filter, update } = upsert.updateOne;
  const stored = { ...filter, ...(update as { $setOnInsert: object }).$setOnInsert };
  expect(stored).toEqual(documented);
});

test('without days to live there is no date to expire by; without a parsed copy there is a reason', () => {
  expect(newEvent(envelope('1', 'a=b'), STORED_AT, undefined).upsert).toMatchObject({
    updateOne: { update: { $setOnInsert: { expiresAt: undefined, payloadOmitted: 'not-json' } } },
  });
});
