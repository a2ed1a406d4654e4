import type { BatchSettings } from '../contract.ts';
import type { Envelope } from '../envelope.ts';
import { jsonSize } from '../json-size.ts';
import type { RawRequest } from '../raw-request.ts';
import { sha256Hex } from '../sha256.ts';
import { eventReader } from '../sources/event-reader.ts';
import { formFields, isTooComplex } from '../sources/form.ts';
import { jsonBody } from '../sources/json-body.ts';
import { BODY_LIMITS } from '../sources/limits.ts';
import { storableIdentity } from '../storable-identity.ts';
import { type JsonRange, rangesAt } from './json-ranges.ts';

/** One event of a request that brought several. */
export interface Element {
  /** As if the element had been a request's body: its bytes as they stood, its identity, type and time. */
  readonly envelope: Envelope;
  /** Where its bytes begin in the request's body, or in what its form's field stands for. */
  readonly offset: number;
  /** SHA-256 of its bytes without what tells of the delivery alone, where there is such. */
  readonly contentSha256: string | undefined;
}

/** Why a request that may bring several events is stored as one. */
export type Unsplit =
  | 'compressed'
  | 'not-json'
  | 'too-complex'
  | 'no-list'
  | 'no-elements'
  | 'too-many-elements';

/** Far more than senders put into one request, and still stored in the time that a function has. */
export const MAX_ELEMENTS = 10_000;

/** The events of a request, or why it is stored as one. What is the same event twice is there once. */
export function split(envelope: Envelope, batch: BatchSettings): readonly Element[] | Unsplit {
  if (envelope.contentEncoding !== undefined) return 'compressed';
  const body = batch.form === undefined ? envelope.body : fieldOf(envelope.body, batch.form);
  if (body === undefined) return 'no-list';
  const ranges = rangesAt(body, `${batch.each}[*]`, MAX_ELEMENTS);
  if (ranges === undefined) return 'no-list';
  if (ranges.length === 0) return 'no-elements';
  if (ranges.length > MAX_ELEMENTS) return 'too-many-elements';
  const around = without(body, ranges, '0');
  if (typeof jsonSize(around, BODY_LIMITS.json) === 'string') return 'too-complex';
  const { event, varying = [], byPlace } = batch;
  const reader = eventReader(event);
  const headers = new Map(Object.entries(envelope.headers));
  const elements = new Map<string, Element>();
  for (const [place, { start, end }] of ranges.entries()) {
    const bytes = body.subarray(start, end);
    const request = { method: 'POST', url: '', query: new Map(), headers, body: bytes };
    if (jsonBody(request) === undefined) return 'not-json';
    const told = reader.read(request);
    const changing = varying.flatMap((path) => rangesAt(bytes, path) ?? []);
    const sha256 = sha256Hex(changing.length === 0 ? bytes : without(bytes, changing, ''));
    const identity = byPlace
      ? `${envelope.identity}/${place}`
      : storableIdentity(told.id ?? `sha256:${sha256}`);
    const key = `${identity} ${sha256}`;
    if (elements.has(key)) continue;
    const { type: eventType, sentAt = byPlace && envelope.sentAt, attempt = envelope.attempt } = told;
    elements.set(key, {
      envelope: { ...envelope, identity, eventType, sentAt, attempt, body: bytes },
      offset: start,
      contentSha256: varying.length === 0 ? undefined : sha256,
    });
  }
  return isJson(around) ? [...elements.values()] : 'not-json';
}

/** The bytes that a field of a form stands for. */
function fieldOf(form: Buffer, name: string): Buffer | undefined {
  const [value] = (!isTooComplex(form) && formFields(form.toString())?.get(name)) || [];
  return value === undefined ? undefined : Buffer.from(value);
}

/** What was received, as far as it was kept: to be read as it was on receipt. */
export function requestOf({ headers, contentEncoding, body }: Envelope): RawRequest {
  const all = new Map(Object.entries(headers));
  if (contentEncoding !== undefined) all.set('content-encoding', [contentEncoding]);
  return { method: 'POST', url: '', query: new Map(), headers: all, body };
}

/** The bytes with something else in place of ranges, which don't overlap. */
function without(bytes: Buffer, ranges: readonly JsonRange[], replacement: string): Buffer {
  const ordered = ranges.toSorted((one, other) => one.start - other.start);
  const pieces = ordered.flatMap(({ start }, index) => [
    bytes.subarray(ordered[index - 1]?.end ?? 0, start),
    Buffer.from(replacement),
  ]);
  return Buffer.concat([...pieces, bytes.subarray(ordered.at(-1)?.end ?? 0)]);
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}
