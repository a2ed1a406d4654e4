/** A table, padded as the formatter pads it, so that it can be read as text as well. Ends with a line break. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rows]
    .map((cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`)
    .join('');
}

/** A page with `content` in place of what stands between the comment that begins with `mark:` and "end of `mark`". */
export function withMarked(page: string, mark: string, content: string): string {
  const begin = new RegExp(`<!-- ${mark}: .*-->\n\n`).exec(page);
  const end = page.indexOf(`\n<!-- end of ${mark} -->`);
  const from = begin === null ? -1 : begin.index + begin[0].length;
  if (from === -1 || end < from) throw new Error(`the page has lost the marks of "${mark}"`);
  return page.slice(0, from) + content + page.slice(end);
}
