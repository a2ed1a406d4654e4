import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addedOf, noted, surplusTags } from '../../../../src/aws/object/added-tags.ts';

const added = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 128 }).filter((key) => !key.startsWith('nami.dev/')),
  fc.string({ minLength: 1 }),
  { maxKeys: 40 },
);
const own = { 'nami.dev/name': 'orders' };

test('the note of forty keys of any length fits into one tag of every service', () => {
  const keys = Array.from({ length: 40 }, (_, index) => `${'k'.repeat(126)}${index}`);
  const note = noted(Object.fromEntries(keys.map((key) => [key, 'v'])))['nami.dev/tags'];
  expect(note).toMatch(/^[\w-]{240}$/);
});

test('nothing is noted where nothing is added', () => {
  expect(noted({})).toEqual({});
  expect(surplusTags(own, own)).toEqual([]);
});

test('what was added and is wanted no more goes, and nothing else', () => {
  fc.assert(
    fc.property(added, added, added, (before, after, foreign) => {
      const found = { ...own, ...foreign, ...noted(before) };
      const wanted = { ...own, ...noted(after) };
      const surplus = surplusTags(found, wanted);
      const rest = Object.fromEntries(Object.entries(found).filter(([key]) => !surplus.includes(key)));
      const strangers = Object.entries(foreign).filter(([key]) => !Object.hasOwn(before, key));
      expect(addedOf({ ...rest, ...wanted })).toEqual({ ...Object.fromEntries(strangers), ...after });
      expect('nami.dev/tags' in rest).toBe('nami.dev/tags' in wanted && 'nami.dev/tags' in found);
    }),
  );
});
