import { expect, test } from 'vitest';
import { ALLOWED, bundledPackages, licensedAs, refused } from '../../../scripts/licences.ts';

test('every package in a bundle has a licence that asks for no more than its notice, and each such licence is used', async () => {
  const packages = await bundledPackages();
  expect(packages.length).toBeGreaterThan(50);
  expect(refused(packages)).toEqual([]);
  const used = new Set(packages.map(({ licence }) => licence));
  expect([...ALLOWED].filter((licence) => !used.has(licence))).toEqual([]);
});

test('a package with another licence, or with none, is refused', () => {
  const packages = [
    '{"name":"a","version":"1.0.0","license":"GPL-3.0-only"}',
    '{"name":"b","version":"1.0.0"}',
    '{"name":"c","version":"1.0.0","license":"MIT"}',
  ].map(licensedAs);
  expect(refused(packages).map(({ name }) => name)).toEqual(['a', 'b']);
});
