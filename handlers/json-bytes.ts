/** What a byte outside of a string is in JSON (RFC 8259, section 2): what is nothing else belongs to a number or a literal. */
export const WORD = 0;
export const OPEN = 1;
export const CLOSE = 2;
export const QUOTE = 3;
export const COLON = 4;
export const GAP = 5;

/** By byte. */
export const KINDS = new Uint8Array(256);
for (const [kind, characters] of [
  [OPEN, '{['],
  [CLOSE, '}]'],
  [QUOTE, '"'],
  [COLON, ':'],
  [GAP, ', \t\n\r'],
] as const) {
  for (const byte of Buffer.from(characters)) KINDS[byte] = kind;
}

export const DOUBLE_QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The string's closing quote, beyond the end if there is none. */
export function endOfString(json: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < json.length && json[i] !== DOUBLE_QUOTE) i += json[i] === BACKSLASH ? 2 : 1;
  return i;
}

/** The last byte of a number or literal. */
export function endOfWord(json: Uint8Array, start: number): number {
  let i = start;
  while (i + 1 < json.length && KINDS[json[i + 1] ?? 0] === WORD) i++;
  return i;
}
