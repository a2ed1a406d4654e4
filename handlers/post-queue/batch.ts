import { decodeEnvelope, type Envelope } from '../envelope.ts';
import { errorFields, type Log } from '../log.ts';
import { isWanted } from '../sources/only.ts';
import type { NewEvent, Received } from './document.ts';
import { EventBusyError } from './lease.ts';
import { elementMemory, memoryOf } from './memory.ts';
import { type Weight, weigh } from './payload.ts';
import { requestOf, split } from './split.ts';
import type { StoreResult } from './store.ts';

/** What is used of the event of an SQS event source mapping (AWS: Lambda, using Lambda with Amazon SQS). */
export interface SqsBatch {
  readonly Records: readonly SqsRecord[];
}

export interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
  /** How often the queue has handed it out, this time included. */
  readonly attributes?: { readonly ApproximateReceiveCount?: string };
}

/** Which records the queue must keep (AWS: Lambda, ReportBatchItemFailures). */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface BatchDependencies {
  readonly toEvent: (received: Received, weight: Weight) => NewEvent;
  readonly toRequest: (envelope: Received['envelope']) => NewEvent;
  readonly store: (events: readonly NewEvent[]) => Promise<readonly StoreResult[]>;
  /** Keeps requests that brought several events. */
  readonly storeRequests: (requests: readonly NewEvent[]) => Promise<readonly StoreResult[]>;
  /** What is to be done with events that are stored, each given with the bytes it takes; gives the errors of those that failed, by id. */
  readonly process: (events: ReadonlyMap<string, number>) => Promise<ReadonlyMap<string, Error>>;
  /** Of memory, for the events that are at hand. */
  readonly memoryBytes: number;
  /** Events that were left out by their user's will. */
  readonly countUnwanted: (count: number) => void;
  readonly log: Log;
}

/**
 * Stores a batch. A record is taken off the queue only if all that it brought is known to be stored, and own code is
 * through with it.
 */
export async function storeBatch(
  { Records: records }: SqsBatch,
  dependencies: BatchDependencies,
): Promise<BatchResponse> {
  const { store, storeRequests, process, countUnwanted, log } = dependencies;
  const messages = records.map(messageOf);
  const memory = new Map<string, number>();
  const fail = (what: string, message: Message, error: unknown) => {
    // Of what one message brought, the first tells enough.
    if (message.hasFailed) return;
    message.hasFailed = true;
    const level = error instanceof EventBusyError ? 'info' : 'error';
    const { messageId, attributes } = message.record;
    const receives = attributes?.ApproximateReceiveCount;
    log({ level, message: what, messageId, receives, ...errorFields(error) });
  };
  try {
    for (const portion of portions(messages, dependencies, fail)) {
      for (const [kind, into] of [
        ['request', storeRequests],
        ['event', store],
      ] as const) {
        const parts = portion.filter((part) => part.kind === kind);
        const results = parts.length === 0 ? [] : await into(parts.map(({ document }) => document));
        for (const [index, { message, bytes }] of parts.entries()) {
          const result = results[index];
          if (result === undefined || 'error' in result) {
            fail(`${kind} not stored`, message, result?.error);
            continue;
          }
          message.missing--;
          if (kind === 'request') continue;
          message.eventIds.push(result.id);
          memory.set(result.id, bytes);
        }
      }
    }
  } catch (error) {
    log({ level: 'error', message: 'batch not stored', ...errorFields(error) });
  }
  const failures = await process(memory).catch(
    (error: Error) => new Map([...memory.keys()].map((eventId) => [eventId, error])),
  );
  for (const message of messages) {
    if (message.missing > 0) continue;
    const errors = message.eventIds.flatMap((eventId) => failures.get(eventId) ?? []);
    const error = errors.find((each) => !(each instanceof EventBusyError)) ?? errors[0];
    if (error !== undefined) fail('event not processed', message, error);
  }
  const isDone = ({ missing, hasFailed }: Message) => missing === 0 && !hasFailed;
  const unwanted = messages.filter(isDone).reduce((sum, message) => sum + message.unwanted, 0);
  if (unwanted > 0) countUnwanted(unwanted);
  return {
    batchItemFailures: messages
      .filter((message) => !isDone(message))
      .map(({ record }) => ({ itemIdentifier: record.messageId })),
  };
}

/** A record, and how far it is. */
interface Message {
  readonly record: SqsRecord;
  /** Of what it brought, how much is not stored yet. */
  missing: number;
  /** Likewise, how much is not to be. */
  unwanted: number;
  readonly eventIds: string[];
  hasFailed: boolean;
}

const messageOf = (record: SqsRecord): Message => ({
  record,
  missing: 1,
  unwanted: 0,
  eventIds: [],
  hasFailed: false,
});

/** A document that a message brought. */
interface Part {
  readonly message: Message;
  readonly kind: 'request' | 'event';
  readonly document: NewEvent;
  /** Of memory. */
  readonly bytes: number;
}

/** At most: of a message that is stored in many, those that were stored are known to be when time runs out. */
const PORTION = 1000;

/**
 * What the records brought, in portions that fit into memory, made as they are asked for, one message after the other: in
 * its message a body is compressed, by a thousand times where someone wants it. A batch of ordinary ones is one portion.
 * What is no envelope is left out.
 */
function* portions(
  messages: readonly Message[],
  dependencies: BatchDependencies,
  fail: (what: string, message: Message, error: unknown) => void,
): Generator<readonly Part[]> {
  let portion: Part[] = [];
  let taken = 0;
  for (const message of messages) {
    try {
      for (const { kind, bytes, make } of partsOf(message, dependencies)) {
        if (portion.length > 0 && (taken + bytes > dependencies.memoryBytes || portion.length === PORTION)) {
          yield portion;
          portion = [];
          taken = 0;
        }
        portion.push({ message, kind, bytes, document: make() });
        taken += bytes;
      }
    } catch (error) {
      fail('event not stored', message, error);
    }
  }
  if (portion.length > 0) yield portion;
}

interface Unmade extends Pick<Part, 'kind' | 'bytes'> {
  readonly make: () => NewEvent;
}

/** What a message brought: its event, or its request and then the events in it. */
function* partsOf(
  message: Message,
  { toEvent, toRequest, memoryBytes }: BatchDependencies,
): Generator<Unmade> {
  const envelope = decodeEnvelope(message.record.body);
  const { batch, only } = envelope;
  const isKept = (event: Envelope) => only === undefined || isWanted(only, event.eventType, requestOf(event));
  const found = batch === undefined ? undefined : split(envelope, batch);
  if (found === undefined || typeof found === 'string') {
    // Of others that are stored whole it isn't known what they bring.
    if ((found === 'no-list' || found === 'no-elements') && !isKept(envelope)) {
      message.missing = 0;
      message.unwanted = 1;
      return;
    }
    const weight = weigh(envelope.body, memoryBytes);
    const make = () => toEvent({ envelope, unsplit: found }, weight);
    yield { kind: 'event', bytes: weight.bytes, make };
    return;
  }
  const elements = found.filter(({ envelope: event }) => isKept(event));
  message.missing = elements.length === 0 ? 0 : 1 + elements.length;
  message.unwanted = found.length - elements.length;
  if (elements.length === 0) return;
  const request = toRequest(envelope);
  yield { kind: 'request', bytes: memoryOf(envelope.body.length, 0), make: () => request };
  const beside = elementMemory(envelope.headers);
  for (const { envelope: part, ...element } of elements) {
    const weight = weigh(part.body, memoryBytes);
    const make = () => toEvent({ envelope: part, element: { ...element, request: request._id } }, weight);
    yield { kind: 'event', bytes: weight.bytes + beside, make };
  }
}
