import { decodeEnvelope, type Envelope } from '../envelope.ts';
import { errorFields, type Log } from '../log.ts';
import type { NewEvent } from './document.ts';
import { EventBusyError } from './lease.ts';
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
  readonly toEvent: (envelope: Envelope) => NewEvent;
  readonly store: (events: readonly NewEvent[]) => Promise<readonly StoreResult[]>;
  /** What is to be done with events that are stored; gives the errors of those that failed, by id. */
  readonly process: (eventIds: ReadonlySet<string>) => Promise<ReadonlyMap<string, Error>>;
  readonly log: Log;
}

/**
 * Bodies are at most 6 MiB each, but compressed in their messages: a whole batch of such ones is more than a small
 * function's memory holds. A batch of ordinary ones is written at once.
 */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Stores a batch. A record is taken off the queue only if it is known to be stored, and that own code is through with it. */
export async function storeBatch(
  { Records: records }: SqsBatch,
  { toEvent, store, process, log }: BatchDependencies,
): Promise<BatchResponse> {
  const eventIds = new Map<string, string>();
  const receives = new Map(
    records.map(({ messageId, attributes }) => [messageId, attributes?.ApproximateReceiveCount]),
  );
  const logFailure = (message: string, messageId: string, error: unknown) => {
    const level = error instanceof EventBusyError ? 'info' : 'error';
    log({ level, message, messageId, receives: receives.get(messageId), ...errorFields(error) });
  };
  try {
    for (const chunk of chunks(records, toEvent, (id, error) => logFailure('event not stored', id, error))) {
      const results = await store(chunk.map(({ event }) => event));
      for (const [index, { messageId }] of chunk.entries()) {
        const result = results[index];
        if (result !== undefined && 'id' in result) eventIds.set(messageId, result.id);
        else logFailure('event not stored', messageId, result?.error);
      }
    }
  } catch (error) {
    log({ level: 'error', message: 'batch not stored', ...errorFields(error) });
  }
  const failures = await process(new Set(eventIds.values())).catch(
    (error: Error) => new Map([...eventIds.values()].map((eventId) => [eventId, error])),
  );
  for (const [messageId, eventId] of [...eventIds]) {
    const error = failures.get(eventId);
    if (error === undefined) continue;
    eventIds.delete(messageId);
    logFailure('event not processed', messageId, error);
  }
  return {
    batchItemFailures: records
      .filter(({ messageId }) => !eventIds.has(messageId))
      .map(({ messageId }) => ({ itemIdentifier: messageId })),
  };
}

interface Received {
  readonly messageId: string;
  readonly event: NewEvent;
}

/** The records' events in portions of bounded size, made as they are asked for. What is no envelope is left out. */
function* chunks(
  records: readonly SqsRecord[],
  toEvent: (envelope: Envelope) => NewEvent,
  onBroken: (messageId: string, error: unknown) => void,
): Generator<readonly Received[]> {
  let chunk: Received[] = [];
  let bytes = 0;
  for (const { messageId, body } of records) {
    try {
      const envelope = decodeEnvelope(body);
      chunk.push({ messageId, event: toEvent(envelope) });
      bytes += envelope.body.length;
    } catch (error) {
      onBroken(messageId, error);
    }
    if (bytes >= CHUNK_BYTES) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
  }
  if (chunk.length > 0) yield chunk;
}
