import { type AnyBulkWriteOperation, Binary } from 'mongodb';
import type { SourceType } from '../contract.ts';
import type { Envelope } from '../envelope.ts';
import { sha256Hex } from '../sha256.ts';
import { type PayloadOmission, parsePayload } from './payload.ts';

/** One event as it is stored; users read these. */
export interface EventDocument {
  /** `<source>:<identity>`; of a conflicting event with `#<bodySha256>` after it. */
  readonly _id: string;
  readonly source: SourceType;
  readonly identity: string;
  readonly type?: string | undefined;
  /** The sender's own time, of the delivery that was stored first. */
  readonly sentAt?: Date | undefined;
  /** The event's place among those of its subject, where the sender numbers them. */
  readonly sequence?: number | undefined;
  /** When the delivery that was stored first was received. */
  readonly receivedAt: Date;
  /** When MongoDB may remove the document. */
  readonly expiresAt?: Date | undefined;
  readonly contentType?: string | undefined;
  readonly headers: Envelope['headers'];
  /** The body byte for byte. */
  readonly body: Binary;
  readonly bodySha256: string;
  /** The body parsed, where it is JSON that MongoDB can hold faithfully; else {@link payloadOmitted} says why not. */
  readonly payload?: unknown;
  readonly payloadOmitted?: PayloadOmission | undefined;
  /** The `_id` of the document that had this identity first, with other bytes. */
  readonly conflictsWith?: string | undefined;
  /** How many requests brought this event: more than one if the sender repeated it. */
  readonly deliveryCount: number;
  /** The latest of them that were stored, {@link LISTED_DELIVERIES} at most, in the order of storing. */
  readonly deliveries: readonly StoredDelivery[];
}

/** One request that brought an event. */
export interface StoredDelivery {
  readonly id: string;
  readonly receivedAt: Date;
  /** The sender's time of it. */
  readonly attemptedAt?: Date | undefined;
  /** How often the sender had tried by then, this time included. */
  readonly attempt?: number | undefined;
}

/**
 * More than any sender's retries and redeliveries by hand. Whoever repeats a signed delivery without end makes the
 * count grow, but not the document. A delivery is known again as long as it is listed: redelivered by SQS after so many
 * others of its event, it is counted twice.
 */
export const LISTED_DELIVERIES = 100;

/** The two writes that store an event, each of which may run any number of times, at once too. */
export interface EventWrites {
  /**
   * Makes the document, with its delivery, or leaves the one that is there as it is. Fails with a duplicate key where
   * its `_id` already stands for other bytes.
   */
  readonly upsert: AnyBulkWriteOperation<EventDocument>;
  /** Adds the delivery to the document that was there before; matches none if it is listed there. */
  readonly addDelivery: AnyBulkWriteOperation<EventDocument>;
}

/** An event on its way into the collection. */
export interface NewEvent extends EventWrites {
  readonly id: string;
  readonly bodySha256: string;
  /** The same beside the other event of its identity, marked as in conflict with that one. */
  readonly conflict: EventWrites;
}

/**
 * The writes that make an envelope a document: the document is made once, and a delivery is added once. An event that is
 * redriven late isn't removed on arrival: it expires by the time at which it was stored.
 */
export function newEvent(envelope: Envelope, storedAt: Date, ttlDays: number | undefined): NewEvent {
  const id = `${envelope.source}:${envelope.identity}`;
  const bodySha256 = sha256Hex(envelope.body);
  const payload = parsePayload(envelope.body);
  const delivery: StoredDelivery = {
    id: envelope.id,
    receivedAt: envelope.receivedAt,
    attemptedAt: envelope.attemptedAt,
    attempt: envelope.attempt,
  };
  const fields = {
    source: envelope.source,
    identity: envelope.identity,
    type: envelope.eventType,
    sentAt: envelope.sentAt,
    sequence: envelope.sequence,
    receivedAt: envelope.receivedAt,
    expiresAt: ttlDays === undefined ? undefined : new Date(storedAt.getTime() + ttlDays * 86_400_000),
    contentType: envelope.contentType,
    headers: envelope.headers,
    body: new Binary(envelope.body),
    ...('parsed' in payload ? { payload: payload.parsed } : { payloadOmitted: payload.omitted }),
    deliveryCount: 1,
    deliveries: [delivery],
  };
  const writes = (_id: string, extra: { conflictsWith?: string } = {}): EventWrites => ({
    upsert: {
      updateOne: {
        // An upsert takes `_id` and hash from the filter. With both in it a document of other bytes doesn't match, and
        // the insert that follows meets its `_id`: the unique index decides, whoever else is writing.
        filter: { _id, bodySha256 },
        update: { $setOnInsert: { ...fields, ...extra } },
        upsert: true,
      },
    },
    addDelivery: {
      updateOne: {
        filter: { _id, bodySha256, 'deliveries.id': { $ne: delivery.id } },
        update: {
          $inc: { deliveryCount: 1 },
          $push: { deliveries: { $each: [delivery], $slice: -LISTED_DELIVERIES } },
        },
      },
    },
  });
  return { id, bodySha256, ...writes(id), conflict: writes(`${id}#${bodySha256}`, { conflictsWith: id }) };
}
