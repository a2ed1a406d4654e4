import { decodeEnvelope, type Envelope } from '../envelope.ts';
import { errorText, type Log } from '../log.ts';
import type { NewEvent } from './document.ts';

/** What is used of the event of an SQS event source mapping (AWS: Lambda, using Lambda with Amazon SQS). */
export interface SqsBatch {
  readonly Records: readonly SqsRecord[];
}

export interface SqsRecord {
  readonly messageId: string;
  readonly body: string;
}

/** Which records the queue must keep (AWS: Lambda, ReportBatchItemFailures). */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface BatchDependencies {
  readonly toEvent: (envelope: Envelope) => NewEvent;
  readonly store: (events: readonly NewEvent[]) => Promise<ReadonlyMap<number, Error>>;
  readonly log: Log;
}

/**
 * Bodies are at most 6 MiB each, but compressed in their messages: a whole batch of such ones is more than a small
 * function's memory holds. A batch of ordinary ones is written at once.
 */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Stores a batch. A record is taken off the queue only if it is known to be stored. */
export async function storeBatch(
  { Records: records }: SqsBatch,
  { toEvent, store, log }: BatchDependencies,
): Promise<BatchResponse> {
  const stored = new Set<string>();
  const logFailure = (messageId: string, error: unknown) => {
    log({ level: 'error', message: 'event not stored', messageId, error: errorText(error) });
  };
  try {
    for (const chunk of chunks(records, toEvent, logFailure)) {
      const errors = await store(chunk.map(({ event }) => event));
      for (const [index, { messageId }] of chunk.entries()) {
        const error = errors.get(index);
        if (error === undefined) stored.add(messageId);
        else logFailure(messageId, error);
      }
    }
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    log({
      level: 'error',
      message: 'batch not stored',
      error: errorText(error),
      cause: cause && errorText(cause),
    });
  }
  return {
    batchItemFailures: records
      .filter(({ messageId }) => !stored.has(messageId))
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
