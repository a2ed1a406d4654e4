import { CLOSE, COLON, endOfString, endOfWord, KINDS, OPEN, QUOTE, WORD } from './json-bytes.ts';

/** What a JSON text is made of. */
export interface JsonSize {
  /** How many lists and objects stand in one another, at most. */
  readonly depth: number;
  /** Names and values, lists and objects among them: what memory is taken for when the text is parsed. */
  readonly parts: number;
  readonly names: number;
  /** Whether a double may not hold one of its numbers: 15 digits it always holds. (IEEE 754: binary64.) */
  readonly hasLongNumber: boolean;
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
  let hasLongNumber = false;
  for (let i = 0; i < json.length; i++) {
    const kind = KINDS[json[i] ?? 0];
    if (kind === WORD) {
      parts++;
      const start = i;
      i = endOfWord(json, i);
      if (i - start >= 15) hasLongNumber = true;
      else if (!hasLongNumber) hasLongNumber = hasExponent(json, start, i);
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
  }
  return { depth: deepest, parts, names, hasLongNumber };
}

const NINE = 0x39;
const LETTER_E = 0x65;

/** Of a number; `true` and `false` begin beyond the digits. */
function hasExponent(json: Uint8Array, start: number, last: number): boolean {
  if ((json[start] ?? 0) > NINE) return false;
  // In lower case, as all letters are with this bit.
  for (let i = start + 1; i < last; i++) if (((json[i] ?? 0) | 0x20) === LETTER_E) return true;
  return false;
}
