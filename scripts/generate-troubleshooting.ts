import { readFileSync, writeFileSync } from 'node:fs';
import { markdownTable, withMarked } from './markdown-table.ts';
import { type Explanation, GOES_ON, ON_ITS_WAY, USER_MUST_ACT, WELL } from './troubleshooting/reasons.ts';

const PAGE = new URL('../docs/status.md', import.meta.url);

/** The page with the tables of all reasons that a condition can have. */
export const withReasons = (page: string): string =>
  [
    ['reasons of which you must act', remedies(USER_MUST_ACT)],
    ['reasons that are tried again', remedies(GOES_ON)],
    ['reasons of what is well', meanings({ ...ON_ITS_WAY, ...WELL })],
  ].reduce((text, [mark = '', table = '']) => withMarked(text, mark, table), page);

/** A row for each explanation, with all the reasons that share it. */
function remedies(explanations: Readonly<Record<string, Explanation>>): string {
  const reasons = Map.groupBy(Object.keys(explanations), (reason) => explanations[reason]);
  const rows = [...reasons].map(([explanation, names]) => [
    names.map((name) => `\`${name}\``).join(', '),
    explanation?.means ?? '',
    explanation?.remedy ?? '',
  ]);
  return markdownTable(['reason', 'means', 'do'], rows);
}

const meanings = (all: Readonly<Record<string, string>>): string =>
  markdownTable(
    ['reason', 'means'],
    Object.entries(all).map(([reason, means]) => [`\`${reason}\``, means]),
  );

if (import.meta.main) writeFileSync(PAGE, withReasons(readFileSync(PAGE, 'utf8')));
