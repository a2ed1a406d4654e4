import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MUTATIONS } from '../../faults/mutations/index.ts';

const root = join(import.meta.dirname, '..', '..', '..');

test.each(MUTATIONS)('the mutation $name can be put into the operator as it is', ({ changes }) => {
  for (const { file, from } of changes)
    expect(readFileSync(join(root, file), 'utf8').split(from)).toHaveLength(2);
});

test('each mutation has a name of its own', () => {
  const names = MUTATIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
