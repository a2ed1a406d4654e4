/** The names of the fields of `wanted` whose value in `actual` is another; lists are compared without order. */
export function differing<Wanted extends object>(
  actual: { readonly [Field in keyof Wanted]: unknown },
  wanted: Wanted,
): string[] {
  return (Object.keys(wanted) as (keyof Wanted & string)[]).filter(
    (field) => actual[field] !== wanted[field] && canonical(actual[field]) !== canonical(wanted[field]),
  );
}

/** JSON with sorted keys and sorted lists, without absent fields: equal texts mean equal values. */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(fields).sort()) {
    const field = fields[key];
    if (field !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(field)}`;
  }
  return `{${text}}`;
}
