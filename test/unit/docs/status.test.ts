import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONDITION_TYPES } from '../../../src/api/v1alpha1.ts';

const page = readFileSync('docs/status.md', 'utf8');
const sources = globSync('src/**/*.ts').map((file) => readFileSync(file, 'utf8'));

/** The reasons for which a pipeline waits for its user, as the code says them. */
const terminalReasons = new Set(
  sources.flatMap((text) =>
    [...text.matchAll(/TerminalError\(\s*'([A-Z]\w+)'/g)].map(([, reason]) => reason),
  ),
);

test('the page on the status explains every condition and every reason for which a user must act', () => {
  expect(terminalReasons.size).toBeGreaterThan(15);
  expect([...CONDITION_TYPES, ...terminalReasons].filter((word) => !page.includes(`\`${word}\``))).toEqual(
    [],
  );
});
