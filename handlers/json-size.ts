/** What a JSON text is made of. */
export interface JsonSize {
  /** How many lists and objects stand in one another, at most. */
  readonly depth: number;
  /** Names and values, lists and objects among them: what memory is taken for when the text is parsed. */
  readonly parts: number;
  readonly names: number;
}

export type JsonLimits = Pick<JsonSize, 'depth' | 'parts'>;

export type JsonExcess = 'too-deep' | 'too-many-values';

/**
 * Looks at JSON before it is parsed, since that can take over a hundred bytes for one (`[{},{},…]`, `[[[[…`): one pass
 * over the bytes, which takes no memory and ends at the first limit. Exact for JSON; of anything else it counts at least
 * what a parser makes before it finds the error.
 */
export function jsonSize(json: Uint8Array, limits: JsonLimits): JsonSize | JsonExcess {
  let depth = 0;
  let deepest = 0;
  let parts = 0;
  let names = 0;
  let inWord = false;
  for (let i = 0; i < json.length; i++) {
    const kind = KINDS[json[i] ?? 0];
    if (kind === WORD) {
      if (!inWord) parts++;
    } else if (kind === QUOTE) {
      parts++;
      i = endOfString(json, i);
    } else if (kind === OPEN) {
      parts++;
      depth++;
      if (depth > limits.depth) return 'too-deep';
      if (depth > deepest) deepest = depth;
    } else if (kind === CLOSE) depth--;
    else if (kind === COLON) names++;
    if (parts > limits.parts) return 'too-many-values';
    inWord = kind === WORD;
  }
  return { depth: deepest, parts, names };
}

const WORD = 0;
const OPEN = 1;
const CLOSE = 2;
const QUOTE = 3;
const COLON = 4;
const GAP = 5;

/** By byte (RFC 8259, section 2): what is nothing else belongs to a number, `true`, `false` or `null`. */
const KINDS = new Uint8Array(256);
for (const [kind, characters] of [
  [OPEN, '{['],
  [CLOSE, '}]'],
  [QUOTE, '"'],
  [COLON, ':'],
  [GAP, ', \t\n\r'],
] as const) {
  for (const byte of Buffer.from(characters)) KINDS[byte] = kind;
}

const BACKSLASH = 0x5c;

function endOfString(json: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < json.length && KINDS[json[i] ?? 0] !== QUOTE) i += json[i] === BACKSLASH ? 2 : 1;
  return i;
}
