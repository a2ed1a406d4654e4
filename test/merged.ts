/** What a file of YAML or JSON holds at one place. */
export type Values = { readonly [name: string]: unknown };

export const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Both, and at each place at which both have something the second's, as Helm and a merge patch take it. */
export function merged(one: Values, other: Values): Values {
  const both: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const before = both[name];
    both[name] = isValues(before) && isValues(value) ? merged(before, value) : value;
  }
  return both;
}
