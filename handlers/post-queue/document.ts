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
  /** The sender's own time, of the delivery that came first. */
  readonly sentAt?: Date | undefined;
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
  /** Each request that brought this event: more than one if the sender repeated it. */
  readonly deliveries: readonly { readonly id: string; readonly receivedAt: Date }[];
}

/** An event on its way into the collection. */
export interface NewEvent {
  readonly id: string;
  readonly bodySha256: string;
  /** Stores it under its identity; fails with a duplicate key where that identity already stands for other bytes. */
  readonly upsert: AnyBulkWriteOperation<EventDocument>;
  /** Stores it beside the other event of its identity, marked as in conflict with that one. */
  readonly conflictUpsert: AnyBulkWriteOperation<EventDocument>;
}

/**
 * The update that makes an envelope a document. It may run any number of times, at once too: the document is made
 * once, and a delivery is added once. An event that is redriven late isn't removed on arrival: it expires
 * by the time at which it was stored.
 */
export function newEvent(envelope: Envelope, storedAt: Date, ttlDays: number | undefined): NewEvent {
  const id = `${envelope.source}:${envelope.identity}`;
  const bodySha256 = sha256Hex(envelope.body);
  const payload = parsePayload(envelope.body);
  const fields = {
    source: envelope.source,
    identity: envelope.identity,
    type: envelope.eventType,
    sentAt: envelope.sentAt,
    receivedAt: envelope.receivedAt,
    expiresAt: ttlDays === undefined ? undefined : new Date(storedAt.getTime() + ttlDays * 86_400_000),
    contentType: envelope.contentType,
    headers: envelope.headers,
    body: new Binary(envelope.body),
    ...('parsed' in payload ? { payload: payload.parsed } : { payloadOmitted: payload.omitted }),
  };
  const delivery = { id: envelope.id, receivedAt: envelope.receivedAt };
  const upsert = (filter: { _id: string; bodySha256: string }, extra: { conflictsWith?: string } = {}) => ({
    updateOne: {
      // An upsert takes `_id` and hash from the filter. With both in it a document of other bytes doesn't match, and
      // the insert that follows meets its `_id`: the unique index decides, whoever else is writing.
      filter,
      update: { $setOnInsert: { ...fields, ...extra }, $addToSet: { deliveries: delivery } },
      upsert: true,
    },
  });
  return {
    id,
    bodySha256,
    upsert: upsert({ _id: id, bodySha256 }),
    conflictUpsert: upsert({ _id: `${id}#${bodySha256}`, bodySha256 }, { conflictsWith: id }),
  };
}
