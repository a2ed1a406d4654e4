import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { valuesOf, withTable } from '../../../scripts/chart-values.ts';

test('a value with a description is a row, with its default', () => {
  const { rows, undescribed } = valuesOf(`# -- First.
a: 1
b:
  # -- Of b, in
  # two lines.
  c: [x]
# Not for the table.
d:
  # -- Inner.
  e: {}
f: true
`);
  expect(rows).toEqual([
    { name: 'a', standard: '1', description: 'First.' },
    { name: 'b.c', standard: '["x"]', description: 'Of b, in two lines.' },
    { name: 'd.e', standard: '{}', description: 'Inner.' },
  ]);
  expect(undescribed).toEqual(['f']);
});

test('every value of the chart is described, and the table in its README is of these', () => {
  const { rows, undescribed } = valuesOf(readFileSync('deploy/helm/nami-operator/values.yaml', 'utf8'));
  expect(undescribed).toEqual([]);
  expect(rows.length).toBeGreaterThan(40);
  const readme = readFileSync('deploy/helm/nami-operator/README.md', 'utf8');
  expect(withTable(readme, rows)).toBe(readme);
});
