import { readFileSync, writeFileSync } from 'node:fs';
import { isMap, isScalar, type Pair, parseDocument } from 'yaml';
import { markdownTable } from './markdown-table.ts';

/** Writes the table of values in the chart's README from `values.yaml`; with `--check` fails where it is another. */

const chart = new URL('../deploy/helm/nami-operator/', import.meta.url);
const readme = new URL('README.md', chart);

export interface ValueRow {
  readonly name: string;
  readonly standard: string;
  readonly description: string;
}

/** A comment that begins with `--` makes a value one that the table shows, with all that is in it. */
const MARK = /^ ?-- ?/;

/** The values that bear a description; `undescribed` are those that none covers. */
export function valuesOf(yaml: string): { rows: ValueRow[]; undescribed: string[] } {
  const rows: ValueRow[] = [];
  const undescribed: string[] = [];
  const visit = (pairs: readonly Pair[], above: string, first: string): void => {
    for (const [index, { key, value }] of pairs.entries()) {
      if (!isScalar(key)) continue;
      const name = above + String(key.value);
      // Before the first entry of a map, a comment belongs to the map.
      const comment = (index === 0 && first) || key.commentBefore || '';
      const description = describe(comment);
      if (description !== undefined) {
        const plain = (value as { toJSON(): unknown } | null)?.toJSON();
        rows.push({ name, standard: JSON.stringify(plain), description });
      } else if (isMap(value)) {
        visit(value.items as Pair[], `${name}.`, value.commentBefore ?? '');
      } else undescribed.push(name);
    }
  };
  const document = parseDocument(yaml);
  if (isMap(document.contents)) {
    visit(
      document.contents.items as Pair[],
      '',
      document.commentBefore ?? document.contents.commentBefore ?? '',
    );
  }
  return { rows, undescribed };
}

/** What stands behind the mark, to the end of the comment. */
function describe(comment: string): string | undefined {
  const lines = comment.split('\n');
  const start = lines.findIndex((line) => MARK.test(line));
  if (start === -1) return undefined;
  return lines
    .slice(start)
    .map((line) => line.replace(MARK, '').trim())
    .join(' ');
}

function tableOf(rows: readonly ValueRow[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = rows.map(({ name, standard, description }) => [
    `\`${name}\``,
    standard === '""' ? '' : `\`${cell(standard)}\``,
    cell(description),
  ]);
  return markdownTable(['value', 'default', 'what it does'], lines).trimEnd();
}

const BEGIN = '<!-- values: written by "npm run generate" from values.yaml -->';
const END = '<!-- end of values -->';

export function withTable(text: string, rows: readonly ValueRow[]): string {
  const [before = '', rest = ''] = text.split(BEGIN);
  const [, after = ''] = rest.split(END);
  return `${before}${BEGIN}\n\n${tableOf(rows)}\n\n${END}${after}`;
}

if (import.meta.main) {
  const { rows, undescribed } = valuesOf(readFileSync(new URL('values.yaml', chart), 'utf8'));
  if (undescribed.length > 0) {
    console.error(`values.yaml: no description (# -- …) above ${undescribed.join(', ')}`);
    process.exit(1);
  }
  const text = readFileSync(readme, 'utf8');
  const wanted = withTable(text, rows);
  if (!process.argv.includes('--check')) writeFileSync(readme, wanted);
  else if (wanted !== text) {
    console.error('the values in the chart’s README are stale: run "npm run generate" and commit the result');
    process.exit(1);
  }
}
