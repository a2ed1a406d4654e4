import { decodeEnvelope, type Envelope } from '../envelope.ts';
import { errorFields, type Log } from '../log.ts';
import type { NewEvent } from './document.ts';
import { EventBusyError } from './lease.ts';
import { type Weight, weigh } from './payload.ts';
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
  readonly toEvent: (envelope: Envelope, weight: Weight) => NewEvent;
  readonly store: (events: readonly NewEvent[]) => Promise<readonly StoreResult[]>;
  /** What is to be done with events that are stored, each given with the bytes it takes; gives the errors of those that failed, by id. */
  readonly process: (events: ReadonlyMap<string, number>) => Promise<ReadonlyMap<string, Error>>;
  /** Of memory, for the events that are at hand. */
  readonly memoryBytes: number;
  readonly log: Log;
}

/** Stores a batch. A record is taken off the queue only if it is known to be stored, and that own code is through with it. */
export async function storeBatch(
  { Records: records }: SqsBatch,
  dependencies: BatchDependencies,
): Promise<BatchResponse> {
  const { store, process, log } = dependencies;
  const eventIds = new Map<string, string>();
  const memory = new Map<string, number>();
  const receives = new Map(
    records.map(({ messageId, attributes }) => [messageId, attributes?.ApproximateReceiveCount]),
  );
  const logFailure = (message: string, messageId: string, error: unknown) => {
    const level = error instanceof EventBusyError ? 'info' : 'error';
    log({ level, message, messageId, receives: receives.get(messageId), ...errorFields(error) });
  };
  try {
    for (const chunk of chunks(records, dependencies, (id, error) =>
      logFailure('event not stored', id, error),
    )) {
      const results = await store(chunk.map(({ event }) => event));
      for (const [index, { messageId, weight }] of chunk.entries()) {
        const result = results[index];
        if (result !== undefined && 'id' in result) {
          eventIds.set(messageId, result.id);
          memory.set(result.id, weight.bytes);
        } else logFailure('event not stored', messageId, result?.error);
      }
    }
  } catch (error) {
    log({ level: 'error', message: 'batch not stored', ...errorFields(error) });
  }
  const failures = await process(memory).catch(
    (error: Error) => new Map([...memory.keys()].map((eventId) => [eventId, error])),
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
  readonly weight: Weight;
  readonly event: NewEvent;
}

/**
 * The records' events in portions that fit into memory, made as they are asked for, one message after the other: in its
 * message a body is compressed, by a thousand times where someone wants it. A batch of ordinary ones is one portion. What
 * is no envelope is left out.
 */
function* chunks(
  records: readonly SqsRecord[],
  { toEvent, memoryBytes }: BatchDependencies,
  onBroken: (messageId: string, error: unknown) => void,
): Generator<readonly Received[]> {
  let chunk: Received[] = [];
  let bytes = 0;
  for (const { messageId, body } of records) {
    try {
      const envelope = decodeEnvelope(body);
      const weight = weigh(envelope.body, memoryBytes);
      if (bytes + weight.bytes > memoryBytes && chunk.length > 0) {
        yield chunk;
        chunk = [];
        bytes = 0;
      }
      chunk.push({ messageId, weight, event: toEvent(envelope, weight) });
      bytes += weight.bytes;
    } catch (error) {
      onBroken(messageId, error);
    }
  }
  if (chunk.length > 0) yield chunk;
}
