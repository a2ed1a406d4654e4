import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withReasons } from '../../../scripts/generate-troubleshooting.ts';
import { CONDITION_TYPES } from '../../../src/api/v1alpha1.ts';

const page = readFileSync('docs/status.md', 'utf8');

// That none of the code's reasons is missing in what the page is made from, the compiler sees to.
test('the page on the status explains every reason, as it is generated', () => {
  expect(withReasons(page), 'run "npm run generate"').toBe(page);
});

test('the page on the status explains every condition', () => {
  expect(CONDITION_TYPES.filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
});
