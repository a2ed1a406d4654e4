import { readFileSync, writeFileSync } from 'node:fs';
import { type Definition, METRICS } from '../src/metrics/definitions.ts';
import { markdownTable, withMarked } from './markdown-table.ts';

const PAGE = new URL('../docs/operating.md', import.meta.url);

/** The page with the table of all metrics as they are in the code. */
export const withMetricsTable = (page: string): string => withMarked(page, 'metrics', table());

function table(): string {
  const rows = Object.entries<Definition>(METRICS).map(([name, { type, help, labels }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help.replaceAll('<', '&lt;'),
  ]);
  return markdownTable(['metric', 'type', 'labels', 'says'], rows);
}

if (import.meta.main) writeFileSync(PAGE, withMetricsTable(readFileSync(PAGE, 'utf8')));
