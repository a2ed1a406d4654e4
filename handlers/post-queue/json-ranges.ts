import { CLOSE, DOUBLE_QUOTE, endOfString, endOfWord, KINDS, OPEN, QUOTE, WORD } from '../json-bytes.ts';

/** Where a value stands in the bytes of a JSON text: from `start` to before `end`. */
export interface JsonRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the values at a path stand, in order, by one pass over the bytes that takes no memory but for them. `[*]` in the
 * path is every element of a list. Undefined if the path leads nowhere, if only somewhere, since then what it doesn't
 * lead to would be left out, or if a name on it is there twice, since readers differ in which one they take. Exact for
 * JSON; of what is none it may find something too. Of more than `most` it finds one more, and ends.
 */
export function rangesAt(
  json: Uint8Array,
  path: string,
  most = Number.POSITIVE_INFINITY,
): readonly JsonRange[] | undefined {
  const steps = [...path.matchAll(/\.([^.[\]]+)|\[(\d+|\*)\]/g)].map(
    ([, name, index]) => name ?? index ?? '',
  );
  const found: JsonRange[] = [];
  const add = (range: JsonRange) => found.push(range) <= most;
  const end = visit(json, afterGap(json, 0), steps, add);
  if (found.length > most) return found;
  return end !== NOWHERE && afterGap(json, end) === json.length ? found : undefined;
}

const NOWHERE = -1;

/** Goes along the path from a value; answers where that ends, or {@link NOWHERE}. */
function visit(
  json: Uint8Array,
  start: number,
  path: readonly string[],
  add: (range: JsonRange) => boolean,
): number {
  const [step, ...rest] = path;
  if (step === undefined) {
    const end = afterValue(json, start);
    return end !== NOWHERE && add({ start, end }) ? end : NOWHERE;
  }
  const isList = json[start] === BRACKET;
  if (!isList && json[start] !== BRACE) return NOWHERE;
  let isThere = isList && step === '*';
  let i = afterGap(json, start + 1);
  for (let index = 0; KINDS[json[i] ?? 0] !== CLOSE; index++) {
    let isNext = step === '*' || step === String(index);
    if (!isList) {
      const quote = endOfString(json, i);
      if (json[i] !== DOUBLE_QUOTE || quote >= json.length) return NOWHERE;
      isNext = isName(json, i, quote, step);
      if (isNext && isThere) return NOWHERE;
      i = afterGap(json, quote + 1);
      if (json[i] !== COLON_BYTE) return NOWHERE;
      i = afterGap(json, i + 1);
    }
    if (isNext) isThere = true;
    i = isNext ? visit(json, i, rest, add) : afterValue(json, i);
    if (i === NOWHERE) return NOWHERE;
    i = afterGap(json, i);
    if (json[i] === COMMA) i = afterGap(json, i + 1);
    else if (KINDS[json[i] ?? 0] !== CLOSE) return NOWHERE;
  }
  return isThere ? i + 1 : NOWHERE;
}

const BRACKET = 0x5b;
const BRACE = 0x7b;
const COLON_BYTE = 0x3a;
const COMMA = 0x2c;

function afterGap(json: Uint8Array, start: number): number {
  let i = start;
  while (json[i] === 0x20 || json[i] === 0x0a || json[i] === 0x0d || json[i] === 0x09) i++;
  return i;
}

function afterValue(json: Uint8Array, start: number): number {
  let depth = 0;
  for (let i = start; i < json.length; i++) {
    const kind = KINDS[json[i] ?? 0];
    if (kind === QUOTE) i = endOfString(json, i);
    else if (kind === WORD) i = endOfWord(json, i);
    else if (kind === OPEN) depth++;
    else if (kind === CLOSE) depth--;
    else if (depth === 0) return NOWHERE;
    if (depth < 0) return NOWHERE;
    if (depth === 0) return i < json.length ? i + 1 : NOWHERE;
  }
  return NOWHERE;
}

/** Whether a member has this name, however it is written. */
function isName(json: Uint8Array, start: number, quote: number, name: string): boolean {
  const written = Buffer.from(json.buffer, json.byteOffset + start, quote + 1 - start).toString('utf8');
  if (!written.includes('\\')) return written.length === name.length + 2 && written.slice(1, -1) === name;
  try {
    return JSON.parse(written) === name;
  } catch {
    return false;
  }
}
