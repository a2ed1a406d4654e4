import fc from 'fast-check';
import { BSON } from 'mongodb';
import { expect, test } from 'vitest';
import { memoryForEvents, PART_BYTES } from '../../../../handlers/post-queue/memory.ts';
import { parsePayload, weigh } from '../../../../handlers/post-queue/payload.ts';

/** In a function with memory enough for whatever fits into a document, unless it is said otherwise. */
const parse = (body: string | Buffer, functionMiB = 1024) => {
  const bytes = Buffer.from(body);
  return parsePayload(bytes, weigh(bytes, memoryForEvents(functionMiB)));
};

test.each([
  '{"a":{"b":[1,-2.5,null,true,"x: y \\" : z"]}}',
  '[]',
  '"text"',
  'null',
  '0',
  '-0.0',
  ' {"a" : 1}\n',
  '{"":1,"a$b":2}',
  '{"n":9007199254740991,"small":1e-300,"fraction":0.1}',
  '{"a":{"x":1},"b":{"x":2}}',
  '{"text":"with \\u0000 and \\ud83d\\ude00"}',
])('a copy is kept of %s', (text) => {
  expect(parse(text)).toEqual({ parsed: JSON.parse(text) });
});

test.each([
  ['', 'empty'],
  ['a=1&b=2', 'not-json'],
  ['{"a":1', 'not-json'],
  ['{"$where":"1"}', 'reserved-key'],
  ['{"a":[{"$set":{}}]}', 'reserved-key'],
  ['{"a.b":1}', 'reserved-key'],
  ['{"a\\u0000b":1}', 'reserved-key'],
  ['{"__proto__":{"admin":true}}', 'reserved-key'],
  ['{"_bsontype":"ObjectId"}', 'reserved-key'],
  ['{"id":9007199254740993}', 'unsafe-number'],
  ['[-9007199254740992]', 'unsafe-number'],
  ['[1e20]', 'unsafe-number'],
  ['[1e400]', 'unsafe-number'],
  ['{"a":1,"a":2}', 'duplicate-key'],
  ['{"a":1,"\\u0061":1}', 'duplicate-key'],
  ['[{"b":{"a:\\"":{},"a:\\"":{}}}]', 'duplicate-key'],
  ['"\\ud800"', 'broken-text'],
  ['{"\\udc00":1}', 'broken-text'],
])('no copy is kept of %j: %s', (text, omitted) => {
  expect(parse(text)).toEqual({ omitted });
});

test('no copy is kept of what is not UTF-8', () => {
  expect(parse(Buffer.from([0x22, 0xff, 0x22]))).toEqual({ omitted: 'not-utf8' });
});

test('a copy is kept up to the depth that MongoDB holds', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect(parse(nested(99))).toHaveProperty('parsed');
  expect(parse(nested(100))).toEqual({ omitted: 'too-deep' });
  expect(parse(nested(500_000))).toEqual({ omitted: 'too-deep' });
});

test('a copy is kept of as many names and values as the function’s memory takes, on top of the bytes', () => {
  const list = (values: number) => `[${'1,'.repeat(values - 2)}1]`;
  for (const functionMiB of [128, 256]) {
    // A value is two bytes here, of which four copies are reckoned with.
    const most = Math.floor(memoryForEvents(functionMiB) / (PART_BYTES + 8));
    expect(parse(list(most - 2), functionMiB)).toHaveProperty('parsed');
    expect(parse(list(most + 2), functionMiB)).toEqual({ omitted: 'too-many-values' });
  }
  // By default of 1 MiB of short records, too.
  const usual = JSON.stringify(Array.from({ length: 38_000 }, (_, id) => ({ id, name: 'Mona' })));
  expect(usual.length).toBeGreaterThan(1_000_000);
  expect(parse(usual, 256)).toHaveProperty('parsed');
});

test('no copy is kept of objects that a reader would make much room for', () => {
  const objects = (key: string, count: number) => `[${Array(count).fill(`{"${key}":1}`).join(',')}]`;
  for (const key of ['999', '\\u0039\\u0039\\u0039']) {
    expect(parse(objects(key, 200))).toHaveProperty('parsed');
    expect(parse(objects(key, 30_000))).toEqual({ omitted: 'sparse-keys' });
  }
  const dense = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [index, 1]));
  expect(parse(JSON.stringify(dense))).toHaveProperty('parsed');
  // Of numbers that large the engine keeps a table, as of other names.
  expect(parse(objects('4711000', 50_000))).toHaveProperty('parsed');
});

test('a copy is kept up to 1 MiB of JSON, and fits into a document then', () => {
  const densest = `[${'{},'.repeat(349_524)}{}]`;
  expect(densest.length).toBeLessThanOrEqual(1024 * 1024);
  const payload = parse(densest);
  expect(payload).toHaveProperty('parsed');
  expect(BSON.serialize({ payload }).length).toBeLessThan(10_000_000);
  expect(parse(`"${'x'.repeat(1024 * 1024)}"`)).toEqual({ omitted: 'too-large' });
});

test('what is kept comes back from BSON as it was, whatever JSON it is', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary', maxDepth: 5 }), (text) => {
      const payload = parse(text);
      if ('omitted' in payload) return;
      expect(payload.parsed).toEqual(JSON.parse(text));
      expect(BSON.deserialize(BSON.serialize({ payload: payload.parsed }))).toEqual({
        payload: JSON.parse(text),
      });
    }),
    { numRuns: 2000 },
  );
});

test('a repeated key is found wherever it is', () => {
  const key = fc.string({ unit: fc.constantFrom(...'ab:"\\{},é') });
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.json({ maxDepth: 2 })), { maxLength: 6 }), (members) => {
      const text = `[{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}]`;
      const payload = parse(text);
      const unique = new Set(members.map(([name]) => name)).size === members.length;
      if ('parsed' in payload) expect(unique).toBe(true);
      else if (payload.omitted === 'duplicate-key') expect(unique).toBe(false);
    }),
    { numRuns: 2000 },
  );
});
