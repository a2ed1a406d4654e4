import type { Collection, IndexDescription } from 'mongodb';
import type { EventDocument } from './document.ts';

/** Time order for readers; removal by a date of each document's own, so that a change of the days needs no new index. */
function wantedIndexes(ttlDays: number | undefined): IndexDescription[] {
  const order: IndexDescription = { key: { receivedAt: 1 } };
  const expiry: IndexDescription = { key: { expiresAt: 1 }, expireAfterSeconds: 0 };
  return ttlDays === undefined ? [order] : [order, expiry];
}

/** Makes the indexes that are missing; changes nothing where they exist. */
export const makeIndexes = async (
  collection: Pick<Collection<EventDocument>, 'createIndexes'>,
  ttlDays: number | undefined,
): Promise<void> => void (await collection.createIndexes(wantedIndexes(ttlDays)));
