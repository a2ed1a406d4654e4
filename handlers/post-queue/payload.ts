/** Why a document has no parsed copy of its body beside the raw bytes. */
export type PayloadOmission =
  | 'empty'
  | 'too-large'
  | 'not-utf8'
  | 'not-json'
  | 'too-deep'
  | 'reserved-key'
  | 'duplicate-key'
  | 'unsafe-number'
  | 'broken-text';

export type Payload = { readonly parsed: unknown } | { readonly omitted: PayloadOmission };

/**
 * Raw bytes and a parsed copy fit into one document of 16 MB together (MongoDB: BSON document size): a copy takes up to
 * seven times the bytes of its JSON, as of `[{},{},…]`. It also keeps a batch within the memory of a small function.
 */
const MAX_JSON_BYTES = 1024 * 1024;

/** MongoDB nests documents up to 100 levels (MongoDB limits and thresholds), and the event's own is the first. */
const MAX_DEPTH = 99;

/**
 * A parsed copy of the body, if MongoDB can hold it faithfully: what it would alter, refuse or take for an instruction
 * is left out as a whole, and the document says why. The raw bytes are there either way.
 */
export function parsePayload(body: Uint8Array): Payload {
  if (body.length === 0) return { omitted: 'empty' };
  if (body.length > MAX_JSON_BYTES) return { omitted: 'too-large' };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return { omitted: 'not-utf8' };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { omitted: 'not-json' };
  }
  const seen = { keys: 0 };
  const omitted = unfaithful(parsed, 1, seen);
  if (omitted !== undefined) return { omitted };
  // Of two members with one name JSON.parse keeps the last without a word: then the text has more than the value.
  return countMembers(text) === seen.keys ? { parsed } : { omitted: 'duplicate-key' };
}

function unfaithful(value: unknown, depth: number, seen: { keys: number }): PayloadOmission | undefined {
  if (typeof value === 'number') return isSafeNumber(value) ? undefined : 'unsafe-number';
  // A lone surrogate has no UTF-8 form: BSON would hold a replacement character.
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'broken-text';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return 'too-deep';
  const isArray = Array.isArray(value);
  for (const [key, member] of Object.entries(value)) {
    if (!isArray) {
      seen.keys += 1;
      if (isReserved(key)) return 'reserved-key';
      if (!key.isWellFormed()) return 'broken-text';
    }
    const omitted = unfaithful(member, depth + 1, seen);
    if (omitted !== undefined) return omitted;
  }
  return undefined;
}

/** Within what JSON's readers agree on (RFC 8259, section 6): no integer beyond 2^53, nothing that becomes infinite. */
function isSafeNumber(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/**
 * `$` and `.` mean something in MongoDB's queries and updates, a NUL ends a name in BSON, `__proto__` harms whoever
 * reads the document back into objects, and by `_bsontype` the driver tells its own types from plain data.
 */
function isReserved(key: string): boolean {
  return key.startsWith('$') || /[.\0]/.test(key) || key === '__proto__' || key === '_bsontype';
}

/** How many members the objects of a valid JSON text have: each has one colon outside of strings. */
function countMembers(text: string): number {
  let members = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString && char === '\\') i++;
    else if (char === '"') inString = !inString;
    else if (char === ':' && !inString) members++;
  }
  return members;
}
