/** More than any sender's rotation needs. */
const MAX_PARTS = 10;

export interface PartForm {
  /** What stands between two parts. */
  readonly separator: string;
  /** What stands between the key of a part and its value. */
  readonly assignment: string;
}

/** The values with this key of a header that holds several, as `t=…,v1=…,v1=…`. What else is there is skipped. */
export function partsOf(header: string, { separator, assignment }: PartForm, key: string): string[] {
  const start = `${key}${assignment}`;
  return header
    .split(separator, MAX_PARTS)
    .map((part) => part.trim())
    .filter((part) => part.startsWith(start))
    .map((part) => part.slice(start.length));
}
