import { readFileSync, writeFileSync } from 'node:fs';
import { type Definition, METRICS } from '../src/metrics/definitions.ts';

const PAGE = new URL('../docs/operating.md', import.meta.url);
const BEGIN = '<!-- metrics: generated from src/metrics/definitions.ts by "npm run generate" -->\n\n';
const END = '\n<!-- end of metrics -->';

/** The page with the table of all metrics as they are in the code. */
export function withMetricsTable(page: string): string {
  const begin = page.indexOf(BEGIN) + BEGIN.length;
  const end = page.indexOf(END);
  if (begin < BEGIN.length || end < begin)
    throw new Error('docs/operating.md has lost the marks of its table');
  return page.slice(0, begin) + table() + page.slice(end);
}

/** As the formatter leaves it: every column as wide as its widest cell. */
function table(): string {
  const rows = Object.entries<Definition>(METRICS).map(([name, { type, help, labels }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help.replaceAll('<', '&lt;'),
  ]);
  const head = ['metric', 'type', 'labels', 'says'];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rows]
    .map((cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`)
    .join('');
}

if (import.meta.main) writeFileSync(PAGE, withMetricsTable(readFileSync(PAGE, 'utf8')));
