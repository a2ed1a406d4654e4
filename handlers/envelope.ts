import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { decodeBase64 } from './base64.ts';
import type { BatchSettings, OnlySettings, SourceType } from './contract.ts';
import { jsonSize } from './json-size.ts';

/** One delivery on its way through the queue: what was received, and what is known about it. */
export interface Envelope {
  /** A UUID of its own for each delivery; stays the same however often SQS delivers the message. */
  readonly id: string;
  readonly receivedAt: Date;
  readonly source: SourceType;
  /** Which event this is: the same for each delivery of one event. */
  readonly identity: string;
  readonly eventType?: string | undefined;
  /** The sender's own time. */
  readonly sentAt?: Date | undefined;
  readonly sequence?: number | undefined;
  /** The sender's time of this delivery, and how often it has tried with this one. */
  readonly attemptedAt?: Date | undefined;
  readonly attempt?: number | undefined;
  /** How the body brings several events, if it may: what was true when it was received. */
  readonly batch?: BatchSettings | undefined;
  /** Of several events, those that are stored, if not all. */
  readonly only?: OnlySettings | undefined;
  readonly contentType?: string | undefined;
  /** How the sender compressed the body, as gzip. */
  readonly contentEncoding?: string | undefined;
  /** The sender's headers by name in lower case; never one that proves who sent. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** As it was sent, compressed by its sender or not. */
  readonly body: Buffer;
}

/** A message that is no envelope, or not one that this version can read. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
}

/**
 * A new field that may be absent needs no new version: queues hold messages of the version before, and while functions
 * are being replaced the one before reads messages of this one and skips what it doesn't know.
 */
const VERSION = 1;

/**
 * Zstandard at its quickest level. On 1 MB it takes a third to a sixth of the CPU of deflate's quickest to compress, and it
 * comes out smaller; reading costs the same within a few µs.
 */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * What SQS bills as one request (AWS: Amazon SQS pricing). Within it a compressor saves nothing, and costs each of the two
 * functions about a tenth of its CPU.
 */
const BILLED_BYTES = 64 * 1024;

/**
 * What a body may grow to when it is decompressed: Lambda takes no larger payload (AWS: Lambda quotas, synchronous
 * invocation), so no honest body is larger, and a crafted message can't fill the memory.
 */
export const MAX_BODY_BYTES = 6 * 1024 * 1024;

const DECOMPRESSION = {
  maxOutputLength: MAX_BODY_BYTES,
  // Of what is to be looked back at, 2^23 bytes: no more than a body needs. The format lets a message ask for gigabytes.
  params: { [constants.ZSTD_d_windowLogMax]: 23 },
};

/** No envelope is beyond: its headers came in 10,240 bytes (AWS: API Gateway quotas for a REST API). */
const MESSAGE_LIMITS = { depth: 8, parts: 20_000 };

/**
 * The envelope as the body of one SQS message. It is ASCII, so that its length is its size in bytes and nothing in it
 * is among the characters that SQS replaces or refuses (AWS: SendMessage, MessageBody).
 */
export function encodeEnvelope(envelope: Envelope): string {
  const { body, ...rest } = envelope;
  const head = JSON.stringify({ version: VERSION, ...rest }).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const message = (encoding: string, bytes: Buffer) =>
    `${head.slice(0, -1)},"encoding":"${encoding}"${BODY}${bytes.toString('base64')}"}`;
  const plain = message('none', body);
  if (plain.length <= BILLED_BYTES) return plain;
  const compressed = zstdCompressSync(body, ZSTD);
  return compressed.length < body.length ? message('zstd', compressed) : plain;
}

/** Reads what {@link encodeEnvelope} wrote; throws {@link EnvelopeError} on anything else. */
export function decodeEnvelope(message: string): Envelope {
  const fields = parseObject(message);
  if (fields.version !== VERSION) {
    throw new EnvelopeError(
      `envelope version ${JSON.stringify(fields.version)} can't be read, only ${VERSION}`,
    );
  }
  return {
    id: requireText(fields, 'id'),
    receivedAt: requireTime(fields, 'receivedAt'),
    source: requireSource(fields),
    identity: requireText(fields, 'identity'),
    eventType: optional(fields, 'eventType', requireText),
    sentAt: optional(fields, 'sentAt', requireTime),
    sequence: optional(fields, 'sequence', requireWholeNumber),
    attemptedAt: optional(fields, 'attemptedAt', requireTime),
    attempt: optional(fields, 'attempt', requireWholeNumber),
    batch: optional(fields, 'batch', requireBatch),
    only: optional(fields, 'only', requireOnly),
    contentType: optional(fields, 'contentType', requireText),
    contentEncoding: optional(fields, 'contentEncoding', requireText),
    headers: requireHeaders(fields),
    body: requireBody(fields),
  };
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The message with an empty body, and the text of its body, if that is the last of an envelope: most of a message is one
 * text, in which there is nothing to parse.
 */
function takeApart(message: string): readonly [rest: string, body?: string] {
  const start = message.indexOf(BODY) + BODY.length;
  const end = message.length - 2;
  return start >= BODY.length && message.indexOf('"', start) === end
    ? [message.slice(0, start) + message.slice(end), message.slice(start, end)]
    : [message];
}

const BODY = ',"body":"';

function parseObject(message: string): Fields {
  const [rest, body] = takeApart(message);
  if (typeof jsonSize(Buffer.from(rest), MESSAGE_LIMITS) === 'string') {
    throw new EnvelopeError('the message holds more than an envelope does');
  }
  let value: unknown;
  try {
    value = JSON.parse(rest);
  } catch (cause) {
    throw new EnvelopeError('the message is not JSON', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EnvelopeError('the message is not a JSON object');
  }
  return { ...value, ...(body !== undefined && { body }) };
}

function optional<T>(fields: Fields, name: string, read: (fields: Fields, name: string) => T): T | undefined {
  return fields[name] === undefined ? undefined : read(fields, name);
}

function requireText(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new EnvelopeError(`"${name}" is not a text`);
  return value;
}

function requireTime(fields: Fields, name: string): Date {
  const time = new Date(requireText(fields, name));
  if (Number.isNaN(time.getTime())) throw new EnvelopeError(`"${name}" is not a time`);
  return time;
}

function requireWholeNumber(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new EnvelopeError(`"${name}" is not a whole number`);
  }
  return value;
}

function requireSource(fields: Fields): SourceType {
  const source = requireText(fields, 'source');
  // It is the first part of an `_id`. Which names there are changes with the operator's version.
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(source)) throw new EnvelopeError('"source" is not the name of a source');
  return source;
}

function requireBatch(fields: Fields): BatchSettings {
  const batch = fields.batch as Partial<BatchSettings> | null;
  const isText = (value: unknown) => typeof value === 'string';
  const places = [batch?.event?.id, batch?.event?.type ?? [], batch?.varying ?? []];
  const valid = isText(batch?.each) && places.every((list) => Array.isArray(list) && list.every(isText));
  if (!valid) throw new EnvelopeError('"batch" does not say how the body brings several events');
  return batch as BatchSettings;
}

function requireOnly(fields: Fields): OnlySettings {
  const only = fields.only as OnlySettings | null;
  const isTexts = (list: unknown) => Array.isArray(list) && list.every((each) => typeof each === 'string');
  const valid = isTexts(only?.types) || (typeof only?.jsonPath === 'string' && isTexts(only.values));
  if (!valid) throw new EnvelopeError('"only" does not say which events are stored');
  return only as OnlySettings;
}

function requireHeaders(fields: Fields): Envelope['headers'] {
  const headers = fields.headers;
  const valid =
    typeof headers === 'object' &&
    headers !== null &&
    Object.values(headers).every(
      (values) => Array.isArray(values) && values.every((value) => typeof value === 'string'),
    );
  if (!valid) throw new EnvelopeError('"headers" is not a map of lists of texts');
  return headers as Envelope['headers'];
}

function requireBody(fields: Fields): Buffer {
  const bytes = typeof fields.body === 'string' ? decodeBase64(fields.body) : undefined;
  if (bytes === undefined) throw new EnvelopeError('"body" is not base64');
  if (fields.encoding === 'none') return bytes;
  if (fields.encoding !== 'zstd') throw new EnvelopeError('"encoding" is not a known one');
  try {
    return zstdDecompressSync(bytes, DECOMPRESSION);
  } catch (cause) {
    throw new EnvelopeError('"body" can\'t be decompressed', { cause });
  }
}
