import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Binary, BSON, Long } from 'mongodb';
import { expect, test } from 'vitest';
import { conflicting, type EventDocument } from '../../../../handlers/post-queue/document.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { NOW } from '../deliveries.ts';
import { envelope, eventOf } from './envelopes.ts';

const { EJSON } = BSON;
const STORED_AT = new Date('2026-01-10T00:00:00Z');

test('an event is a document with the delivery that brought it', () => {
  const anEnvelope = envelope('4711:abc', '{"a":1}', {
    eventType: 'push',
    sequence: 3,
    attemptedAt: NOW,
    attempt: 2,
    contentType: 'application/json',
    headers: { 'x-github-event': ['push'] },
  });
  expect(eventOf(anEnvelope, STORED_AT, 30)).toEqual({
    _id: 'GitHub:4711:abc',
    source: 'GitHub',
    identity: '4711:abc',
    type: 'push',
    sequence: 3,
    receivedAt: NOW,
    expiresAt: new Date('2026-02-09T00:00:00Z'),
    contentType: 'application/json',
    headers: { 'x-github-event': ['push'] },
    body: new Binary(Buffer.from('{"a":1}')),
    bodySha256: sha256Hex('{"a":1}'),
    payload: { a: 1 },
    deliveryCount: 1,
    deliveries: [{ id: anEnvelope.id, receivedAt: NOW, attemptedAt: NOW, attempt: 2 }],
  });
});

test('a number that a double does not hold is listed beside the copy', () => {
  expect(eventOf(envelope('1', '{"id":820982911946154508}'))).toMatchObject({
    payload: { id: Long.fromString('820982911946154508') },
    payloadNumbers: [{ at: '/id', as: 'long' }],
  });
});

test('a body that its sender compressed is stored as it came, and the document says so', () => {
  const body = gzipSync('{"a":1}');
  const compressed = { contentEncoding: 'gzip' };
  const event = eventOf(envelope('1', body, compressed));
  expect(event).toMatchObject({ contentEncoding: 'gzip', payloadOmitted: 'compressed' });
  expect(event.body.value()).toEqual(body);
  expect(event).not.toHaveProperty('payload');
  // Unpacked on its way by something that left the header.
  expect(eventOf(envelope('1', '{"a":1}', compressed))).toMatchObject({ payload: { a: 1 } });
  expect(eventOf(envelope('1', '{"__proto__":1}', compressed)).payloadOmitted).toBe('reserved-key');
  expect(eventOf(envelope('1', body)).payloadOmitted).toBe('not-utf8');
});

test('beside another one of its identity it has an _id by its bytes, and says with which it is in conflict', () => {
  const event = eventOf(envelope('1', 'a'), STORED_AT, 30);
  const _id = `GitHub:1#${sha256Hex('a')}`;
  expect(conflicting(event)).toEqual({ ...event, _id, conflictsWith: 'GitHub:1' });
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
  const event = eventOf({ ...known, id, attemptedAt, attempt, body }, receivedAt, 90);
  expect(event).toEqual(documented);
});

test('without days to live there is no date to expire by; without a parsed copy there is a reason', () => {
  expect(eventOf(envelope('1', 'a=b'), STORED_AT, undefined)).toMatchObject({
    expiresAt: undefined,
    payloadOmitted: 'not-json',
  });
});
