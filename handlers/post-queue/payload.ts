import { Decimal128, Long } from 'mongodb';
import { type JsonExcess, jsonSize } from '../json-size.ts';
import { exactNumber } from './exact-number.ts';
import { memoryOf, PART_BYTES } from './memory.ts';

/** Why a document has no parsed copy of its body beside the raw bytes. */
export type PayloadOmission =
  | 'empty'
  | 'too-large'
  | 'not-utf8'
  | 'not-json'
  | 'compressed'
  | JsonExcess
  | 'sparse-keys'
  | 'reserved-key'
  | 'duplicate-key'
  | 'unsafe-number'
  | 'broken-text';

/** A number of the copy that is no double, since that would lose digits. */
export interface PayloadNumber {
  /** Where it is, as a JSON Pointer. (RFC 6901.) */
  readonly at: string;
  readonly as: 'long' | 'decimal' | 'text';
}

export type Payload =
  | { readonly parsed: unknown; readonly numbers: readonly PayloadNumber[] }
  | { readonly omitted: PayloadOmission };

/**
 * Raw bytes and a parsed copy fit into one document of 16 MB together (MongoDB: BSON document size): a copy takes up to
 * seven times the bytes of its JSON, as of `[1,1,…]`.
 */
const MAX_JSON_BYTES = 1024 * 1024;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** MongoDB nests documents up to 100 levels (MongoDB limits and thresholds), and the event's own is the first. */
const MAX_DEPTH = 99;

/** What a body costs, told from its bytes alone. */
export interface Weight {
  /** Of memory, with its parsed copy. */
  readonly bytes: number;
  /** Of all members, where it is JSON. */
  readonly names: number;
  /** Whether a double may not hold one of its numbers. */
  readonly hasLongNumber: boolean;
  /** Why it is not to be parsed. */
  readonly omitted?: PayloadOmission;
}

/** Weighs a body before it is parsed: one that would take more than `allowedBytes` of memory is stored without a copy. */
export function weigh(body: Uint8Array, allowedBytes: number): Weight {
  const raw = { bytes: memoryOf(body.length, 0), names: 0, hasLongNumber: false };
  if (body.length === 0) return { ...raw, omitted: 'empty' };
  if (body.length > MAX_JSON_BYTES) return { ...raw, omitted: 'too-large' };
  const parts = Math.floor((allowedBytes - raw.bytes) / PART_BYTES);
  const size = jsonSize(body, { depth: MAX_DEPTH, parts });
  if (typeof size === 'string') return { ...raw, omitted: size };
  const { names, hasLongNumber } = size;
  return { bytes: memoryOf(body.length, size.parts), names, hasLongNumber };
}

/** What bytes that their sender compressed look like to a reader of JSON. */
const UNREADABLE: readonly PayloadOmission[] = ['not-utf8', 'not-json', 'too-deep', 'too-many-values'];

/**
 * A parsed copy of the body, if MongoDB can hold it faithfully: what it would alter, refuse or take for an instruction
 * is left out as a whole, and the document says why. The raw bytes are there either way; those that the sender
 * compressed are not unpacked.
 */
export function parsePayload(body: Uint8Array, weight: Weight, contentEncoding?: string): Payload {
  const payload = parse(body, weight);
  const isCompressed =
    contentEncoding !== undefined && 'omitted' in payload && UNREADABLE.includes(payload.omitted);
  return isCompressed ? { omitted: 'compressed' } : payload;
}

function parse(body: Uint8Array, weight: Weight): Payload {
  if (weight.omitted !== undefined) return { omitted: weight.omitted };
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    return { omitted: 'not-utf8' };
  }
  let parsed: unknown;
  try {
    parsed = weight.hasLongNumber ? JSON.parse(text, digitKeeper()) : JSON.parse(text);
  } catch {
    return { omitted: 'not-json' };
  }
  // A NUL, or half of a pair of surrogates, is in JSON of valid UTF-8 only as a code.
  const seen = { keys: 0, places: 0, hasCodes: text.includes('\\u') };
  const omitted = unfaithful(parsed, seen);
  if (omitted !== undefined) return { omitted };
  // Of two members with one name JSON.parse keeps the last without a word: then the text has more than the value.
  if (weight.names !== seen.keys) return { omitted: 'duplicate-key' };
  if (seen.places > MAX_LEFT_OUT) return { omitted: 'sparse-keys' };
  if (!weight.hasLongNumber) return { parsed, numbers: [] };
  const list: NumberList = { numbers: [], characters: 0 };
  const fits = listNumbers(parsed, '', list, (text) => {
    parsed = text;
  });
  return fits ? { parsed, numbers: list.numbers } : { omitted: 'unsafe-number' };
}

interface Seen {
  keys: number;
  /** That a reader may make room for though nothing is in them. */
  places: number;
  /** Whether a name or text may hold what bytes don't. */
  readonly hasCodes: boolean;
}

function unfaithful(value: unknown, seen: Seen): PayloadOmission | undefined {
  // A lone surrogate has no UTF-8 form: BSON would hold a replacement character.
  if (typeof value === 'string') return seen.hasCodes && !value.isWellFormed() ? 'broken-text' : undefined;
  if (typeof value !== 'object' || value === null || kindOf(value) !== undefined) return undefined;
  if (!Array.isArray(value)) {
    const keys = Object.keys(value);
    seen.keys += keys.length;
    seen.places += placesLeftOut(keys);
    if (keys.some(isReserved) || ('$ref' in value && '$id' in value)) return 'reserved-key';
    if (seen.hasCodes) {
      if (keys.some((key) => key.includes('\0'))) return 'reserved-key';
      if (!keys.every((key) => key.isWellFormed())) return 'broken-text';
    }
  }
  for (const member of Object.values(value)) {
    const omitted = unfaithful(member, seen);
    if (omitted !== undefined) return omitted;
  }
  return undefined;
}

/**
 * A NUL ends a name in BSON, `__proto__` harms whoever reads the document back into objects, by `_bsontype` the driver
 * tells its own types from plain data, and of `$ref` beside `$id` it makes one when it reads. Names that begin with `$`
 * or hold `.` are data to MongoDB from 5.0 on (MongoDB: field names with periods and dollar signs).
 */
function isReserved(key: string): boolean {
  return key === '__proto__' || key === '_bsontype';
}

/** Whether a copy has names that MongoDB before 5.0 and DocumentDB refuse. */
export function hasOddKeys(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || kindOf(value) !== undefined) return false;
  const isOdd = (key: string) => key === '' || key.startsWith('$') || key.includes('.');
  return (!Array.isArray(value) && Object.keys(value).some(isOdd)) || Object.values(value).some(hasOddKeys);
}

/** Stands for a number until it is listed: then it is its text. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** For JSON.parse. Of more than can be listed it keeps the first, since the others would only take memory. */
function digitKeeper() {
  let kept = 0;
  return (_: string, value: unknown, { source }: { readonly source?: string } = {}): unknown => {
    if (typeof value !== 'number' || source === undefined || kept > MAX_NUMBERS.count) return value;
    const exact = exactNumber(source);
    if (typeof exact === 'number') return exact;
    kept++;
    return typeof exact === 'string' ? new NumberText(exact) : exact;
  };
}

function kindOf(value: object): PayloadNumber['as'] | undefined {
  if (value instanceof Long) return 'long';
  if (value instanceof Decimal128) return 'decimal';
  return value instanceof NumberText ? 'text' : undefined;
}

/** Of a list that stands in the document too. */
const MAX_NUMBERS = { count: 1000, characters: 100_000 };

/** Lists what is no double at a place and below it, and puts texts in place; false if that is too much to be listed. */
function listNumbers(value: unknown, at: string, list: NumberList, put: (text: string) => void): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const as = kindOf(value);
  if (as !== undefined) {
    if (value instanceof NumberText) put(value.text);
    list.numbers.push({ at, as });
    list.characters += at.length;
    return list.numbers.length <= MAX_NUMBERS.count && list.characters <= MAX_NUMBERS.characters;
  }
  const members = value as Record<string, unknown>;
  return Object.keys(members).every((key) => {
    const name = key.replaceAll('~', '~0').replaceAll('/', '~1');
    return listNumbers(members[key], `${at}/${name}`, list, (text) => {
      members[key] = text;
    });
  });
}

interface NumberList {
  readonly numbers: PayloadNumber[];
  /** Of all places. */
  characters: number;
}

/** Worth 3 MB. */
const MAX_LEFT_OUT = 250_000;

/**
 * An object that gets the key `999` before any other is given room for 1,500 by JavaScript's engine, 12 KB, as the driver
 * does it when it reads the document: 1 MiB of such objects would be over a gigabyte. A key that is over a thousand
 * places beyond what there is room for is kept in another way. (V8: JSObject::kMaxGap.)
 */
function placesLeftOut(keys: readonly string[]): number {
  let left = 0;
  let next = 0;
  // Keys that are numbers come first, in order.
  for (const key of keys) {
    if (!/^\d+$/.test(key) || Number(key) > next * 1.5 + 1100) break;
    left += Number(key) - next;
    next = Number(key) + 1;
  }
  return left;
}
