import { type Collection, type IndexDescription, MongoServerError } from 'mongodb';
import { errorText, type Log } from '../log.ts';
import type { EventDocument } from './document.ts';

/** Time order for readers; removal by a date of each document's own, so that a change of the days needs no new index. */
function wantedIndexes(ttlDays: number | undefined): IndexDescription[] {
  const order: IndexDescription = { key: { receivedAt: 1 } };
  const expiry: IndexDescription = { key: { expiresAt: 1 }, expireAfterSeconds: 0 };
  return ttlDays === undefined ? [order] : [order, expiry];
}

/**
 * Returns a function that has the indexes made once in its life (a call that changes nothing where they exist) and
 * tells what stands in their way. A server that refuses is asked once and the problem kept; one that can't be reached
 * is asked again at the next call.
 */
export function indexMaker(
  collection: Pick<Collection<EventDocument>, 'createIndexes'>,
  ttlDays: number | undefined,
  log: Log,
): () => Promise<string | undefined> {
  let made: Promise<string | undefined> | undefined;

  const make = async (): Promise<string | undefined> => {
    try {
      await collection.createIndexes(wantedIndexes(ttlDays));
      return undefined;
    } catch (error) {
      log({ level: 'error', message: 'indexes could not be made', error: errorText(error) });
      if (!(error instanceof MongoServerError)) made = undefined;
      return `the collection's indexes could not be made: ${errorText(error)}`;
    }
  };
  return () => {
    made ??= make();
    return made;
  };
}
