import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BatchSettings } from '../../../../handlers/contract.ts';
import { type Element, MAX_ELEMENTS, split, type Unsplit } from '../../../../handlers/post-queue/split.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { envelope } from './envelopes.ts';

const byBytes: BatchSettings = { each: '$', event: { id: [] } };

function elementsOf(body: string, batch = byBytes, change = {}): readonly Element[] {
  const elements = split(envelope('request', body, { batch, ...change }), batch);
  if (typeof elements === 'string') throw new Error(elements);
  return elements;
}

test('an element is an event with its bytes as they stood, where it stood, and what else came with the request', () => {
  const body = '[ {"b" : 1,\n "a":1.0} ,{"é":"\\u00e9"}]';
  const request = envelope('request', body, { eventType: 'many', headers: { 'x-a': ['1'] }, attempt: 2 });
  const elements = split(request, byBytes);
  const [first, second] = ['{"b" : 1,\n "a":1.0}', '{"é":"\\u00e9"}'];
  const element = (bytes: string) => ({
    envelope: {
      ...request,
      identity: `sha256:${sha256Hex(bytes)}`,
      eventType: undefined,
      sentAt: undefined,
      body: Buffer.from(bytes),
    },
    offset: Buffer.from(body).indexOf(bytes),
    contentSha256: undefined,
  });
  expect(elements).toEqual([element(first), element(second)]);
});

test('an element tells its identity, type, time and attempt by places in it, and by headers of the request', () => {
  const batch: BatchSettings = {
    each: '$.events',
    event: {
      id: ['{header:x-shop}:{json:$.id}'],
      type: ['{json:$.kind}.{json:$.action}', '{json:$.kind}'],
      sentAt: { at: '{json:$.at}', format: 'seconds' },
      retry: '{json:$.tries}',
    },
  };
  const body =
    '{"events":[{"id":7,"kind":"order","action":"paid","at":1767323040,"tries":1},{"kind":"order"}]}';
  const headers = { 'x-shop': ['a b'] };
  expect(elementsOf(body, batch, { headers, attempt: 9 }).map((each) => each.envelope)).toMatchObject([
    {
      identity: `sha256:${sha256Hex('a b:7')}`,
      eventType: 'order.paid',
      sentAt: new Date('2026-01-02T03:04:00Z'),
      attempt: 2,
    },
    {
      identity: `sha256:${sha256Hex('{"kind":"order"}')}`,
      eventType: 'order',
      sentAt: undefined,
      attempt: 9,
    },
  ]);
});

test('what tells of the delivery is no part of an element’s content, nor of its identity', () => {
  const batch: BatchSettings = { ...byBytes, varying: ['$.attempt', '$.delivery.again'] };
  const [one] = elementsOf('[{"id":1,"attempt":0,"delivery":{"again":false}}]', batch);
  const [other] = elementsOf('[{"id":1,"attempt":12,"delivery":{"again":true}},5]', batch);
  const contentSha256 = sha256Hex('{"id":1,"attempt":,"delivery":{"again":}}');
  expect([one, other]).toMatchObject([{ contentSha256 }, { contentSha256 }]);
  expect(one?.envelope.identity).toBe(`sha256:${contentSha256}`);
  expect(other?.envelope.identity).toBe(`sha256:${contentSha256}`);
});

test('the same event twice in a request is one element, and one identity with other bytes is another', () => {
  const batch: BatchSettings = { each: '$', event: { id: ['{json:$.id}'] } };
  const elements = elementsOf('[{"id":"a"},{"id":"b"},{"id":"a"},{"id":"a","n":1}]', batch);
  expect(elements.map(({ envelope: { identity }, offset }) => [identity, offset])).toEqual([
    ['a', 1],
    ['b', 12],
    ['a', 34],
  ]);
});

test.each<[string, string, Unsplit, object?]>([
  ['no JSON', '[1,}]', 'no-list'],
  ['no JSON behind a list', '{"a":[1],}', 'not-json', { each: '$.a' }],
  ['no JSON in an element', '[1,{"a":tru}]', 'not-json'],
  ['no JSON between elements', '[1,2,]', 'not-json'],
  ['a list elsewhere', '{"items":[1]}', 'no-list', { each: '$.events' }],
  ['null in place of a list', '{"events":null}', 'no-list', { each: '$.events' }],
  ['a list with nothing in it', '{"events":[]}', 'no-elements', { each: '$.events' }],
  ['two lists of one name', '{"events":[1],"events":[2]}', 'no-list', { each: '$.events' }],
  ['more than are stored', `[${'1,'.repeat(MAX_ELEMENTS)}1]`, 'too-many-elements'],
  ['too much beside the list', `{"a":[1],"b":[${'1,'.repeat(100_000)}1]}`, 'too-complex', { each: '$.a' }],
  ['bytes that are no text', '["\xff"]', 'not-json'],
])('of %s no events are made', (_, body, reason, batch = {}) => {
  const settings = { ...byBytes, ...batch };
  expect(split(envelope('1', Buffer.from(body, 'latin1')), settings)).toBe(reason);
});

test('nor of what its sender compressed', () => {
  expect(split(envelope('1', '[1]', { contentEncoding: 'gzip' }), byBytes)).toBe('compressed');
});

test('10,000 elements are 10,000 events', () => {
  const elements = elementsOf(JSON.stringify(Array.from({ length: MAX_ELEMENTS }, (_, id) => ({ id }))));
  expect(new Set(elements.map((each) => each.envelope.identity)).size).toBe(MAX_ELEMENTS);
});

test('every element of a list is there with its bytes, once', () => {
  const value = fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), fc.constantFrom('', ' '), (list, space) => {
      const written = list.map((each) => JSON.stringify(each, null, space));
      // Half of a pair has no UTF-8.
      fc.pre(written.every((text) => text.isWellFormed()));
      const body = Buffer.from(`${space}[${written.join(`${space},`)}]`);
      const elements = split(envelope('1', body), byBytes);
      if (typeof elements === 'string') throw new Error(elements);
      expect(elements.map((each) => each.envelope.body.toString())).toEqual([...new Set(written)]);
      for (const { envelope: part, offset } of elements) {
        expect(body.subarray(offset, offset + part.body.length)).toEqual(part.body);
      }
    }),
    { numRuns: 1000 },
  );
});

test('a list in a form is taken apart, and its elements are the bytes that the form stands for', () => {
  const batch: BatchSettings = { form: 'list', each: '$', event: { id: ['{json:$.id}'] } };
  const body =
    'a=1&list=%5B%7B%22id%22%3A7%7D%2C%7B%22id%22%3A8%2C%22t%22%3A%22%C3%A9%2B+%22%7D%5D&list=%5B%5D';
  expect(
    elementsOf(body, batch).map(({ envelope: { identity, body: bytes }, offset }) => [
      identity,
      bytes.toString(),
      offset,
    ]),
  ).toEqual([
    ['7', '{"id":7}', 1],
    ['8', '{"id":8,"t":"é+ "}', 10],
  ]);
});

test.each([
  ['has none of that name', 'b=%5B%5D'],
  ['is none', '[{"id":1}]'],
  ['is wrongly escaped', 'list=%5B%7'],
  ['has too many fields', `list=%5B1%5D${'&a'.repeat(1000)}`],
  ['is too large', `list=%5B1%5D&a=${'a'.repeat(1024 * 1024)}`],
])('a form that %s stays whole', (_, body) => {
  const batch: BatchSettings = { form: 'list', each: '$', event: { id: [] } };
  expect(split(envelope('request', body), batch)).toBe('no-list');
});

test('elements that only their place tells apart are as many as they are, and have the request’s time', () => {
  const batch: BatchSettings = { each: '$', byPlace: true, event: { id: [] } };
  const sentAt = new Date('2026-01-02T03:04:05Z');
  const elements = elementsOf('[1,1,2]', batch, { sentAt });
  expect(elements.map((each) => each.envelope.identity)).toEqual(['request/0', 'request/1', 'request/2']);
  expect(elements.map((each) => each.envelope.sentAt)).toEqual([sentAt, sentAt, sentAt]);
});
