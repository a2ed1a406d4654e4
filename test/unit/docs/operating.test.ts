import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withMetricsTable } from '../../../scripts/generate-metrics-table.ts';
import { SETTINGS } from '../../../src/config.ts';

const page = readFileSync('docs/operating.md', 'utf8');

test('the page on operating lists every metric as the code defines it', () => {
  expect(withMetricsTable(page), 'run "npm run generate"').toBe(page);
});

test('the page on operating names every setting of the election, with its variable', () => {
  for (const { chartValue, variable } of Object.values(SETTINGS.leaderElection)) {
    expect(page).toMatch(new RegExp(`\`${chartValue}\` +\\| \`${variable}\``));
  }
});
