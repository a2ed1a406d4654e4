import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MUTATIONS } from '../../faults/mutations/index.ts';

const root = join(import.meta.dirname, '..', '..', '..');

test.each(MUTATIONS)('the mutation $name can be put into the operator as it is', ({ changes }) => {
  for (const { file, from } of changes)
    expect(readFileSync(join(root, file), 'utf8').split(from)).toHaveLength(2);
});

const byTest = MUTATIONS.flatMap(({ name, caughtBy }) => ('file' in caughtBy ? [{ name, ...caughtBy }] : []));

test.each(byTest)('what is to find the mutation $name is there', ({ file, test: named = '' }) => {
  const [outer = ''] = named.split(' > ');
  // A test of each call that a life makes has the name of that.
  if (!/^\w+:\w+$/.test(outer))
    expect(readFileSync(join(root, file), 'utf8')).toContain(outer.replace(/:$/, ''));
});

test('each mutation has a name of its own', () => {
  const names = MUTATIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
