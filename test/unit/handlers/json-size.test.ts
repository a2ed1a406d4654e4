import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonSize, jsonSize } from '../../../handlers/json-size.ts';

const UNLIMITED = { depth: Number.POSITIVE_INFINITY, parts: Number.POSITIVE_INFINITY };
type Counts = Omit<JsonSize, 'hasLongNumber'>;

function sizeOf(text: string) {
  const size = jsonSize(Buffer.from(text), UNLIMITED);
  if (typeof size === 'string') return size;
  const { hasLongNumber: _, ...counts } = size;
  return counts;
}

/** By what a parser makes of it. */
function sizeOfValue(value: unknown): Counts {
  if (typeof value !== 'object' || value === null) return { depth: 0, parts: 1, names: 0 };
  const names = Array.isArray(value) ? 0 : Object.keys(value).length;
  const members = Object.values(value).map(sizeOfValue);
  return {
    depth: 1 + Math.max(0, ...members.map(({ depth }) => depth)),
    parts: members.reduce((sum, { parts }) => sum + parts, 1 + names),
    names: members.reduce((sum, member) => sum + member.names, names),
  };
}

/** Texts in which what has a meaning in JSON has none. */
const text = fc.string({ unit: fc.constantFrom(...'[]{}",:\\\\ \n0é\u2028', '😀') });
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }),
  fc.jsonValue(),
  text,
  fc.array(fc.dictionary(text, text)),
);

test('is that of the value which a parser makes, however the text is spaced', () => {
  fc.assert(
    fc.property(value, fc.constantFrom('', ' ', '\t', ' \n\r'), (one, space) => {
      // Not of what JSON.parse makes of it: V8's loses one of two names that are each one escaped character, now and then.
      expect(sizeOf(JSON.stringify(one, null, space) + space)).toEqual(sizeOfValue(one));
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['"\\\\"', { depth: 0, parts: 1, names: 0 }],
  ['["\\\\\\"[",[]]', { depth: 2, parts: 3, names: 0 }],
  ['{"a:{\\u005b":[-1.5e+3,true,null]}', { depth: 2, parts: 6, names: 1 }],
  [' [ ] ', { depth: 1, parts: 1, names: 0 }],
  ['{"a":1,"a":2}', { depth: 1, parts: 5, names: 2 }],
  ['', { depth: 0, parts: 0, names: 0 }],
])('of %s', (json, size) => {
  expect(sizeOf(json)).toEqual(size);
});

test.each([
  ['[123456789012345,-12345678901234,0.1234567890123]', false],
  ['[true,false,null,"1234567890123456","1e5",{"e":1}]', false],
  ['1234567890123456', true],
  ['[0.12345678901234]', true],
  ['{"a":1e5}', true],
  ['[-1E-5,1]', true],
  ['[1E-5,123]', true],
])('tells of %s whether a double may not hold a number: %s', (json, hasLongNumber) => {
  expect(jsonSize(Buffer.from(json), UNLIMITED)).toMatchObject({ hasLongNumber });
});

test('of what is no JSON is at least that of every valid beginning', () => {
  const broken = fc.string({ unit: fc.constantFrom(...'[]{}",:\\ 1at'), maxLength: 40 });
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), broken, (one, rest) => {
      const json = JSON.stringify(one);
      const { depth, parts } = sizeOfValue(one);
      const size = sizeOf(`[${json} ${rest}`);
      if (typeof size === 'string') throw new Error(size);
      expect(size.depth).toBeGreaterThanOrEqual(depth + 1);
      expect(size.parts).toBeGreaterThanOrEqual(parts + 1);
    }),
    { numRuns: 2000 },
  );
});

test('beyond a limit is told, and within it not', () => {
  const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
  const list = (values: number) => Buffer.from(JSON.stringify(Array(values - 1).fill('')));
  const limits = { depth: 32, parts: 100 };
  expect(jsonSize(nested(32), limits)).toMatchObject({ depth: 32 });
  expect(jsonSize(nested(33), limits)).toBe('too-deep');
  expect(jsonSize(list(100), limits)).toMatchObject({ parts: 100 });
  expect(jsonSize(list(101), limits)).toBe('too-many-values');
});

test('is found without looking further than the limit', () => {
  const begin = performance.now();
  const brackets = Buffer.alloc(4_500_000, '[');
  for (let i = 0; i < 1000; i++) jsonSize(brackets, { depth: 100, parts: 1000 });
  // All of them would be gigabytes to look at.
  expect(performance.now() - begin).toBeLessThan(1000);
});
