import type { Collection } from 'mongodb';
import type { EventDocument, Processing } from './document.ts';
import { WRITE_CONCERN } from './write-concern.ts';

/** The right to run own code for one event, by the event's own document: the store decides who has it. */
export interface Lease {
  readonly eventId: string;
  /** Of this run alone. */
  readonly id: string;
}

export type Claim =
  | { readonly kind: 'held'; readonly event: EventDocument; readonly processing: Processing }
  /** A run has ended well before. */
  | { readonly kind: 'finished' }
  /** Another run has it. */
  | { readonly kind: 'busy' }
  /** There is no such document. */
  | { readonly kind: 'gone' };

/** Nothing is wrong: the event comes again, and another run is through with it by then. */
export class EventBusyError extends Error {
  override readonly name = 'EventBusyError';
}

/** What is used of a collection. */
export type LeaseCollection = Pick<Collection<EventDocument>, 'findOne' | 'findOneAndUpdate' | 'updateOne'>;

/** A lease that is only in memory could be given twice after a failure of the store. */
const options = { writeConcern: WRITE_CONCERN } as const;

/** Takes the lease, if no run has it and none is through. Of those who ask at once one gets it. */
export async function acquire(
  collection: LeaseCollection,
  { eventId, id }: Lease,
  now: Date,
  until: Date,
): Promise<Claim> {
  const event = await collection.findOneAndUpdate(
    // A field that is absent is null, and not after now.
    { _id: eventId, 'processing.finishedAt': null, 'processing.leasedUntil': { $not: { $gt: now } } },
    {
      $set: { 'processing.leaseId': id, 'processing.leasedUntil': until },
      $inc: { 'processing.attempts': 1 },
    },
    { ...options, returnDocument: 'after' },
  );
  if (event?.processing) return { kind: 'held', event, processing: event.processing };
  const found = await collection.findOne({ _id: eventId }, { projection: { processing: 1 } });
  if (!found) return { kind: 'gone' };
  return { kind: found.processing?.finishedAt ? 'finished' : 'busy' };
}

/**
 * Notes that the run ended well. Throws if the lease has gone to another run meanwhile. Own code may have removed or
 * replaced the document: then there is nothing to note.
 */
export async function finish(collection: LeaseCollection, lease: Lease, now: Date): Promise<void> {
  const { matchedCount } = await collection.updateOne(
    ours(lease),
    {
      $set: { 'processing.finishedAt': now },
      $unset: { ...LEASE_FIELDS, 'processing.failedAt': '', 'processing.error': '' },
    },
    options,
  );
  if (matchedCount > 0) return;
  const found = await collection.findOne({ _id: lease.eventId }, { projection: { processing: 1 } });
  if (found?.processing?.leaseId) throw new Error('the run outlived its lease, and another has begun');
}

/** Notes that the run failed, and gives the lease back, if it is still this run's. */
export async function release(
  collection: LeaseCollection,
  lease: Lease,
  now: Date,
  error: string,
): Promise<void> {
  await collection.updateOne(
    ours(lease),
    { $set: { 'processing.failedAt': now, 'processing.error': error }, $unset: LEASE_FIELDS },
    options,
  );
}

const LEASE_FIELDS = { 'processing.leaseId': '', 'processing.leasedUntil': '' } as const;

const ours = ({ eventId, id }: Lease) => ({ _id: eventId, 'processing.leaseId': id });
