import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const lines = readFileSync('docs/security.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2);

test('the page on security names tests that are there', () => {
  const named = lines.flatMap((line) => line.match(/test\/[\w/-]+\.test\.ts/g) ?? []);
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((file) => !existsSync(file))).toEqual([]);
});

test('it names a test for all that is stopped', () => {
  const bare = lines.filter(
    (line) => !/test\/[\w/-]+\.test\.ts/.test(line) && !line.includes('**not stopped**'),
  );
  expect(bare).toEqual([]);
});
