import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rangesAt } from '../../../../handlers/post-queue/json-ranges.ts';

const found = (json: string, path: string) => {
  const bytes = Buffer.from(json);
  return rangesAt(bytes, path)?.map(({ start, end }) => bytes.subarray(start, end).toString());
};

test.each([
  ['[1, {"a" : [2]} ,"x"]', '$[*]', ['1', '{"a" : [2]}', '"x"']],
  [' { "value" : [ {"n":1} , {"n":2} ] , "other" : {} } ', '$.value[*]', ['{"n":1}', '{"n":2}']],
  ['{"entry":[{"changes":[1,2]},{"id":"a","changes":[3]}]}', '$.entry[*].changes[*]', ['1', '2', '3']],
  ['{"a":[[1],[2,3]]}', '$.a[1][*]', ['2', '3']],
  ['{"\\u0061":[true]}', '$.a[*]', ['true']],
  ['{"b":{"a":[0]},"a":["}]\\"",null]}', '$.a[*]', ['"}]\\""', 'null']],
  ['[]', '$[*]', []],
  ['{"a":[]}', '$.a[*]', []],
  ['{"é":1,"a":["é"]}', '$.a[*]', ['"é"']],
  ['[-1.5e+3]', '$[*]', ['-1.5e+3']],
])('in %s at %s stand %j', (json, path, values) => {
  expect(found(json, path)).toEqual(values);
});

test.each([
  ['{"a":[1]}', '$.b[*]', 'nowhere'],
  ['{"a":{"b":1}}', '$.a[*]', 'to no list'],
  ['{"a":"[1]"}', '$.a[*]', 'to a text'],
  ['{"entry":[{"changes":[1]},{"messaging":[2]}]}', '$.entry[*].changes[*]', 'only somewhere'],
  ['{"a":[1],"a":[2]}', '$.a[*]', 'to two places'],
  ['{"a":[1],"\\u0061":[2]}', '$.a[*]', 'to two places, however they are written'],
  ['[1,2', '$[*]', 'into what has no end'],
  ['[1] 2', '$[*]', 'before something else'],
  ['[1,,2]', '$[*]', 'to nothing between commas'],
  ['["a', '$[*]', 'into a text without end'],
  ['{"a"', '$.a[*]', 'to a name alone'],
  ['{"a":', '$.a[*]', 'to no value'],
  ['', '$[*]', 'into nothing'],
])('in %s %s leads %s', (json, path) => {
  expect(found(json, path)).toBeUndefined();
});

test('of more than are wanted it finds one more, and looks no further', () => {
  const endless = Buffer.from(`[${'{},'.repeat(1000)}`);
  expect(rangesAt(endless, '$[*]', 10)).toHaveLength(11);
  expect(rangesAt(Buffer.from('[1,2]'), '$[*]', 2)).toHaveLength(2);
});

test('what stands at a list is what a parser finds there, however the text is spaced', () => {
  const name = fc.constantFrom('a', 'b', 'a"', 'ä', '\\', '');
  const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
  const body = fc.dictionary(name, fc.oneof(value, fc.array(value)), { noNullPrototype: true });
  fc.assert(
    fc.property(body, fc.constantFrom('', ' ', '\t', ' \n\r'), (one, space) => {
      const text = JSON.stringify(one, null, space);
      const list: unknown = JSON.parse(text).a;
      const values = Object.hasOwn(one, 'a') && Array.isArray(list) ? list : undefined;
      expect(found(text, '$.a[*]')?.map((each) => JSON.parse(each))).toEqual(values);
    }),
    { numRuns: 2000 },
  );
});

test('any bytes at all are looked at once and end in an answer', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'[]{}",:\\ 1a'), maxLength: 60 }), (text) => {
      const ranges = rangesAt(Buffer.from(text), '$.a[*]') ?? [];
      for (const [index, { start, end }] of ranges.entries()) {
        expect(start).toBeGreaterThanOrEqual(ranges[index - 1]?.end ?? 0);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 20_000 },
  );
});
