import type { Db } from 'mongodb';
import { type LambdaContext, timeToWork } from '../lambda-context.ts';
import { errorText } from '../log.ts';
import { OwnCodeError } from '../own-code/load.ts';
import type { Process } from '../own-code/post-queue.ts';
import { acquire, EventBusyError, finish, type LeaseCollection, release } from './lease.ts';
import { Room } from './memory.ts';

export interface ProcessDependencies {
  readonly process: Process;
  readonly database: Db;
  readonly collection: LeaseCollection;
  /** Of memory, for the events that are worked on at once. */
  readonly memoryBytes: number;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** At most, and as many as a batch has by default: one that hangs doesn't keep the others from their turn. */
const AT_ONCE = 10;

/** Before the function is stopped, runs are told to stop, so that they can end before the batch is answered. */
const RESERVE_MILLISECONDS = 1000;

/** Clocks of two functions differ a little: a lease outlasts the function that could still be running under it. */
const CLOCK_TOLERANCE_MILLISECONDS = 10_000;

/**
 * Runs own code for events that are stored, each given with the bytes of memory that it takes; gives the errors of those
 * for which it is not known to have ended well, by id. A run that doesn't stop when it is told to counts as failed while
 * there is time to say so: those that ended well are done. It keeps its lease, for as long as any run would.
 */
export async function processEvents(
  events: ReadonlyMap<string, number>,
  dependencies: ProcessDependencies,
  lambda: LambdaContext,
): Promise<ReadonlyMap<string, Error>> {
  const noTime = new Error('no time left');
  const failures = new Map<string, Error>([...events.keys()].map((eventId) => [eventId, noTime]));
  const controller = new AbortController();
  const timeLeft = lambda.getRemainingTimeInMillis() - RESERVE_MILLISECONDS;
  const stop = () => controller.abort(noTime);
  const stopping = setTimeout(stop, Math.max(0, timeLeft));
  if (timeLeft <= 0) stop();
  const { promise: timeIsUp, resolve: answer } = Promise.withResolvers<void>();
  const answering = setTimeout(answer, timeToWork(lambda));
  const waiting = events.entries();
  const room = new Room(dependencies.memoryBytes);
  const work = async () => {
    for (const [eventId, bytes] of waiting) {
      await room.take(bytes);
      try {
        const onBegin = (attempt: number) => failures.set(eventId, unfinished(attempt));
        await processEvent(eventId, dependencies, lambda, controller.signal, onBegin);
        failures.delete(eventId);
      } catch (error) {
        failures.set(eventId, error instanceof Error ? error : new Error(String(error)));
      } finally {
        room.give(bytes);
      }
    }
  };
  await Promise.race([Promise.all(Array.from({ length: AT_ONCE }, work)), timeIsUp]);
  clearTimeout(stopping);
  clearTimeout(answering);
  // What comes later is too late for this answer.
  return new Map(failures);
}

const unfinished = (attempt: number) =>
  new OwnCodeError(`process did not end in time, attempt ${attempt}, nor when its signal was aborted`);

async function processEvent(
  eventId: string,
  { process, database, collection, now, newId }: ProcessDependencies,
  lambda: LambdaContext,
  signal: AbortSignal,
  onBegin: (attempt: number) => void,
): Promise<void> {
  signal.throwIfAborted();
  const lease = { eventId, id: newId() };
  const begin = now();
  const milliseconds = lambda.getRemainingTimeInMillis() + CLOCK_TOLERANCE_MILLISECONDS;
  const claim = await acquire(collection, lease, begin, new Date(begin.getTime() + milliseconds));
  if (claim.kind === 'finished') return;
  if (claim.kind === 'busy') throw new EventBusyError('another run has it at the moment');
  if (claim.kind === 'gone') throw new Error('its document was removed before own code got to it');

  const { processing: _, body, ...event } = claim.event;
  const { attempts: attempt } = claim.processing;
  try {
    signal.throwIfAborted();
    onBegin(attempt);
    await process({ ...event, body: body.value() }, { database, attempt, signal });
  } catch (cause) {
    const error = new OwnCodeError(`process failed, attempt ${attempt}`, { cause });
    await release(collection, lease, now(), errorText(cause)).catch((releasing: unknown) => {
      // Then the lease ends by itself.
      error.message += `; the store does not know: ${errorText(releasing)}`;
    });
    throw error;
  }
  await finish(collection, lease, now());
}
