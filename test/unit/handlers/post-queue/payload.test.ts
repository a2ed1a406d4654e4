import fc from 'fast-check';
import { BSON, Decimal128, Long } from 'mongodb';
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
  '{"$where":"1","a":[{"$set":{}}],"$ref":"#/a"}',
  '{"a.b":1,"@odata.type":"#a","labels":{"app.kubernetes.io/name":"x"},".":2}',
  '{"n":0.30000000000000004,"m":2.2250738585072014e-308,"k":-0.10000000000000000}',
  '{"true":true,"false":[false,null],"e":"1e400"}',
])('a copy is kept of %s', (text) => {
  expect(parse(text)).toEqual({ parsed: JSON.parse(text), numbers: [] });
});

test.each([
  [
    'Microsoft Graph',
    '{"value":[{"subscriptionId":"a","resourceData":{"@odata.type":"#Microsoft.Graph.Message","@odata.id":"Users/1"}}]}',
  ],
  [
    'X',
    '{"for_user_id":"4","favorite_events":[{"id":"a","timestamp_ms":1693932145071,"user":{"id":783214000000000}}]}',
  ],
  ['Alertmanager', '{"alerts":[{"labels":{"app.kubernetes.io/name":"web"},"annotations":{"a.b":"c"}}]}'],
  [
    'Flux',
    '{"involvedObject":{"kind":"GitRepository"},"metadata":{"source.toolkit.fluxcd.io/revision":"main@sha1:1"}}',
  ],
  [
    'Adyen',
    '{"notificationItems":[{"NotificationRequestItem":{"additionalData":{"threeds2.cardEnrolled":"false"}}}]}',
  ],
])('a copy is kept of what %s sends', (_, text) => {
  expect(parse(text)).toEqual({ parsed: JSON.parse(text), numbers: [] });
});

test('a number that a double does not hold keeps its digits, and is listed', () => {
  const digits = '1234567890123456789012345678901234567890';
  expect(
    parse(
      `{"id":9007199254740993,"a/b~.c":[1,{"n":-9223372036854775808}],"u":18446744073709551615,"f":0.12345678901234567890,
        "huge":1e400,"small":[1e-400],"long":${digits},"beyond":1e7000,"twenty":1e20,"two53":-9007199254740992,"s":"9007199254740993"}`,
    ),
  ).toEqual({
    parsed: {
      id: Long.fromString('9007199254740993'),
      'a/b~.c': [1, { n: Long.MIN_VALUE }],
      u: Decimal128.fromString('18446744073709551615'),
      f: Decimal128.fromString('0.12345678901234567890'),
      huge: Decimal128.fromString('1E+400'),
      small: [Decimal128.fromString('1E-400')],
      long: digits,
      beyond: '1e7000',
      twenty: Decimal128.fromString('1E+20'),
      two53: Long.fromString('-9007199254740992'),
      s: '9007199254740993',
    },
    numbers: [
      { at: '/id', as: 'long' },
      { at: '/a~1b~0.c/1/n', as: 'long' },
      { at: '/u', as: 'decimal' },
      { at: '/f', as: 'decimal' },
      { at: '/huge', as: 'decimal' },
      { at: '/small/0', as: 'decimal' },
      { at: '/long', as: 'text' },
      { at: '/beyond', as: 'text' },
      { at: '/twenty', as: 'decimal' },
      { at: '/two53', as: 'long' },
    ],
  });
  expect(parse(digits)).toEqual({ parsed: digits, numbers: [{ at: '', as: 'text' }] });
});

test('no copy is kept of more such numbers than can be listed', () => {
  const list = (count: number) => `[${Array(count).fill('9007199254740993').join(',')}]`;
  expect(parse(list(1000))).toHaveProperty('numbers.length', 1000);
  expect(parse(list(1001))).toEqual({ omitted: 'unsafe-number' });
  expect(parse(`{"${'a'.repeat(2000)}":${list(60)}}`)).toEqual({ omitted: 'unsafe-number' });
});

/** Whether two numbers of JSON are the same, digit by digit. */
function isSame(one: string, other: string): boolean {
  const exact = (text: string) => {
    const [, sign, whole = '', fraction = '', exponent = '0'] =
      /^(-?)(\d+)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
    const digits = BigInt(whole + fraction);
    return { digits: sign === '-' ? -digits : digits, exponent: Number(exponent) - fraction.length };
  };
  const [a, b] = [exact(one), exact(other)];
  const least = Math.min(a.exponent, b.exponent);
  return a.digits * 10n ** BigInt(a.exponent - least) === b.digits * 10n ** BigInt(b.exponent - least);
}

test('no number loses a digit, on its way into BSON and back', () => {
  const digits = (max: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max });
  const number = fc
    .tuple(
      fc.constantFrom('', '-'),
      digits(40).map((text) => text.replace(/^0+(?=\d)/, '')),
      fc.option(digits(40), { nil: undefined }),
      fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.nat(400)), {
        nil: undefined,
      }),
    )
    .map(([sign, whole, fraction, exponent]) =>
      [sign, whole, fraction === undefined ? '' : `.${fraction}`, ...(exponent ?? [])].join(''),
    );
  fc.assert(
    fc.property(fc.oneof(number, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)), (text) => {
      const payload = parse(`{"n":${text}}`);
      if (!('parsed' in payload)) throw new Error(payload.omitted);
      const bytes = BSON.serialize({ payload: payload.parsed });
      const kept = BSON.deserialize(bytes, { promoteValues: true }).payload.n;
      expect(isSame(String(kept), text)).toBe(true);
      expect(payload.numbers.length).toBe(typeof kept === 'number' ? 0 : 1);
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  ['', 'empty'],
  ['a=1&b=2', 'not-json'],
  ['{"a":1', 'not-json'],
  ['[{"$ref":"events","$id":1}]', 'reserved-key'],
  ['{"a\\u0000b":1}', 'reserved-key'],
  ['{"__proto__":{"admin":true}}', 'reserved-key'],
  ['{"_bsontype":"ObjectId"}', 'reserved-key'],
  ['[9007199254740993,{"a":1,"a":2}]', 'duplicate-key'],
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
      if (payload.numbers.length > 0) return;
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
