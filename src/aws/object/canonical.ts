/** The names of the fields of `wanted` whose value in `actual` is another; lists are compared without order. */
export function differing<Wanted extends object>(
  actual: { readonly [Field in keyof Wanted]: unknown },
  wanted: Wanted,
): string[] {
  return (Object.keys(wanted) as (keyof Wanted & string)[]).filter(
    (field) => canonical(actual[field]) !== canonical(wanted[field]),
  );
}

/** JSON with sorted keys and sorted lists, without absent fields: equal texts mean equal values. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
    return `{${fields.join()}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
