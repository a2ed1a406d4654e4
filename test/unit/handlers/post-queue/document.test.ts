import { Binary } from 'mongodb';
import { expect, test } from 'vitest';
import { newEvent } from '../../../../handlers/post-queue/document.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { NOW } from '../deliveries.ts';
import { envelope } from './envelopes.ts';

const STORED_AT = new Date('2026-01-10T00:00:00Z');

test('an event is one upsert: the filter decides by identity and bytes, the rest is set once', () => {
  const anEnvelope = envelope('4711:abc', '{"a":1}', {
    eventType: 'push',
    contentType: 'application/json',
    headers: { 'x-github-event': ['push'] },
  });
  const bodySha256 = sha256Hex('{"a":1}');
  const { upsert, conflictUpsert } = newEvent(anEnvelope, STORED_AT, 30);
  const fields = {
    source: 'GitHub',
    identity: '4711:abc',
    type: 'push',
    sentAt: undefined,
    receivedAt: NOW,
    expiresAt: new Date('2026-02-09T00:00:00Z'),
    contentType: 'application/json',
    headers: { 'x-github-event': ['push'] },
    body: new Binary(Buffer.from('{"a":1}')),
    payload: { a: 1 },
  };
  const $addToSet = { deliveries: { id: anEnvelope.id, receivedAt: NOW } };
  expect(upsert).toEqual({
    updateOne: {
      filter: { _id: 'GitHub:4711:abc', bodySha256 },
      update: { $setOnInsert: fields, $addToSet },
      upsert: true,
    },
  });
  expect(conflictUpsert).toEqual({
    updateOne: {
      filter: { _id: `GitHub:4711:abc#${bodySha256}`, bodySha256 },
      update: { $setOnInsert: { ...fields, conflictsWith: 'GitHub:4711:abc' }, $addToSet },
      upsert: true,
    },
  });
});

test('without days to live there is no date to expire by; without a parsed copy there is a reason', () => {
  expect(newEvent(envelope('1', 'a=b'), STORED_AT, undefined).upsert).toMatchObject({
    updateOne: { update: { $setOnInsert: { expiresAt: undefined, payloadOmitted: 'not-json' } } },
  });
});
