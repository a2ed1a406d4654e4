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

const UTF8 = new TextDecoder('utf-8', { fatal: true });

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
    text = UTF8.decode(body);
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
  return countMembers(body) === seen.keys ? { parsed } : { omitted: 'duplicate-key' };
}

function unfaithful(value: unknown, depth: number, seen: { keys: number }): PayloadOmission | undefined {
  if (typeof value === 'number') return isSafeNumber(value) ? undefined : 'unsafe-number';
  // A lone surrogate has no UTF-8 form: BSON would hold a replacement character.
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'broken-text';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return 'too-deep';
  if (!Array.isArray(value)) {
    const keys = Object.keys(value);
    seen.keys += keys.length;
    if (keys.some(isReserved)) return 'reserved-key';
    if (!keys.every((key) => key.isWellFormed())) return 'broken-text';
  }
  for (const member of Object.values(value)) {
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
  return (
    key.startsWith('$') ||
    key.includes('.') ||
    key.includes('\0') ||
    key === '__proto__' ||
    key === '_bsontype'
  );
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** How many members the objects of valid JSON have: each has one colon outside of strings. */
function countMembers(json: Uint8Array): number {
  let members = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (byte === QUOTE) inString = !inString;
    else if (byte === BACKSLASH) i++;
    else if (byte === COLON && !inString) members++;
  }
  return members;
}
