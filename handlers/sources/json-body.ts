import { jsonSize } from '../json-size.ts';
import { contentEncoding, type RawRequest } from '../raw-request.ts';
import { isForm } from './form.ts';
import { BODY_LIMITS } from './limits.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The body as text; undefined if it isn't UTF-8. */
export function bodyText(request: RawRequest): string | undefined {
  try {
    return UTF8.decode(request.body);
  } catch {
    return undefined;
  }
}

/** In place of a parsed body that would take too much to read, authentic or not, or that its sender has compressed. */
export const UNREAD = Symbol('unread');

/** The body parsed; undefined if it isn't JSON, {@link UNREAD} if it is compressed or beyond `BODY_LIMITS.json`. */
export function jsonBody(request: RawRequest): unknown {
  if (bodies.has(request)) return bodies.get(request);
  const value = parsed(request.body);
  // What was unpacked on its way may still be called compressed: then it was parsed.
  const body = value === undefined && contentEncoding(request) !== undefined ? UNREAD : value;
  bodies.set(request, body);
  return body;
}

/** Parsed once: a source looks at several places. */
const bodies = new WeakMap<RawRequest, unknown>();

/** The same of the JSON that a form carries in its field `payload`, as GitHub and Slack send it. */
export function jsonInForm(request: RawRequest): unknown {
  if (!isForm(request)) return undefined;
  const text = bodyText(request);
  const start = text?.startsWith(FIELD) ? 0 : (text?.indexOf(`&${FIELD}`) ?? -1) + 1;
  if (text === undefined || !text.startsWith(FIELD, start)) return undefined;
  const value = text.slice(start + FIELD.length).split('&', 1)[0] ?? '';
  try {
    return parsed(Buffer.from(decodeURIComponent(value.replaceAll('+', ' '))));
  } catch {
    return undefined;
  }
}

const FIELD = 'payload=';

function parsed(json: Buffer): unknown {
  if (typeof jsonSize(json, BODY_LIMITS.json) === 'string') return UNREAD;
  try {
    return JSON.parse(UTF8.decode(json));
  } catch {
    return undefined;
  }
}

const isEnumerable = Object.prototype.propertyIsEnumerable;

/** What stands below a value at these names and indexes, if anything. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    // Enumerable: what is in the text, and not what every list has, as its length.
    if (typeof found !== 'object' || found === null || !isEnumerable.call(found, name)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
}

/** The names and indexes of a path as `$.data.items[0].id`. */
export function stepsOf(jsonPath: string): string[] {
  return [...jsonPath.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)].map(([, member, index]) => member ?? index ?? '');
}

/** A text that is not empty, or a whole number; one beyond 2^53 has lost digits in parsing. */
export function scalarOf(value: unknown): string | undefined {
  return Number.isSafeInteger(value) ? String(value) : textOf(value);
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A whole number in digits, as headers and forms hold it. */
export function wholeNumberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A time given as text (ISO 8601) or as a number of these units since 1970. */
export function timeOf(value: unknown, unitMilliseconds = 1): Date | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const time = new Date(typeof value === 'number' ? value * unitMilliseconds : value);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
