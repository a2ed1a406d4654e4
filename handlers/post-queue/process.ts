import type { Db } from 'mongodb';
import type { LambdaContext } from '../lambda-context.ts';
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

/** Before the function is stopped, runs are told to stop, so that the batch is answered all the same. */
const RESERVE_MILLISECONDS = 1000;

/** Clocks of two functions differ a little: a lease outlasts the function that could still be running under it. */
const CLOCK_TOLERANCE_MILLISECONDS = 10_000;

/**
 * Runs own code for events that are stored, each given with the bytes of memory that it takes; gives the errors of those
 * for which it is not known to have ended well, by id. A run is waited for to its end, or to that of the function: one
 * that were left to itself could go on when the function is thawed, beside the next run for its event.
 */
export async function processEvents(
  events: ReadonlyMap<string, number>,
  dependencies: ProcessDependencies,
  lambda: LambdaContext,
): Promise<ReadonlyMap<string, Error>> {
  const failures = new Map<string, Error>();
  const controller = new AbortController();
  const timeLeft = lambda.getRemainingTimeInMillis() - RESERVE_MILLISECONDS;
  const timer = setTimeout(() => controller.abort(new Error('no time left')), Math.max(0, timeLeft));
  if (timeLeft <= 0) controller.abort(new Error('no time left'));
  const waiting = events.entries();
  const room = new Room(dependencies.memoryBytes);
  const work = async () => {
    for (const [eventId, bytes] of waiting) {
      await room.take(bytes);
      try {
        await processEvent(eventId, dependencies, lambda, controller.signal);
      } catch (error) {
        failures.set(eventId, error instanceof Error ? error : new Error(String(error)));
      } finally {
        room.give(bytes);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  clearTimeout(timer);
  return failures;
}

async function processEvent(
  eventId: string,
  { process, database, collection, now, newId }: ProcessDependencies,
  lambda: LambdaContext,
  signal: AbortSignal,
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
