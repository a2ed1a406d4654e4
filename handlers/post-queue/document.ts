import { Binary } from 'mongodb';
import type { SourceType } from '../contract.ts';
import type { Envelope } from '../envelope.ts';
import { sha256Hex } from '../sha256.ts';
import { type PayloadNumber, type PayloadOmission, parsePayload, type Weight } from './payload.ts';
import type { Element, Unsplit } from './split.ts';

/** How far own code is with an event; stands in the event's document. */
export interface Processing {
  /** Runs that were begun. */
  readonly attempts: number;
  /** Of the run under way: which it is, and until when it has the event to itself. */
  readonly leaseId?: string;
  readonly leasedUntil?: Date;
  /** Of the last run, if it failed: when, and what it threw. */
  readonly failedAt?: Date;
  readonly error?: string;
  /** When a run ended well. There is none after it. */
  readonly finishedAt?: Date;
}

/** One event as it is stored; users read these. */
export interface EventDocument {
  /** `<source>:<identity>`; of a conflicting event with `#` and the hash of its content after it. */
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
  /** How the sender compressed the body, as gzip. */
  readonly contentEncoding?: string | undefined;
  readonly headers: Envelope['headers'];
  /** The body byte for byte. */
  readonly body: Binary;
  readonly bodySha256: string;
  /** SHA-256 of the bytes without what tells of the delivery alone, where the sender puts such into an element. */
  readonly contentSha256?: string | undefined;
  /** Why a request that may bring several events is this one. */
  readonly unsplit?: Unsplit | undefined;
  /** The body parsed, where it is JSON that MongoDB holds faithfully and memory allows; else `payloadOmitted` says why not. */
  readonly payload?: unknown;
  /** The numbers in `payload` that are no doubles, since that would lose digits. */
  readonly payloadNumbers?: readonly PayloadNumber[] | undefined;
  readonly payloadOmitted?: PayloadOmission | undefined;
  /** The `_id` of the document that had this identity first, with other bytes. */
  readonly conflictsWith?: string | undefined;
  /** How many requests brought this event: more than one if the sender repeated it. */
  readonly deliveryCount: number;
  /** The latest of them that were stored, 100 at most, in the order of storing. */
  readonly deliveries: readonly StoredDelivery[];
  /** With own code after the queue: how far it is. */
  readonly processing?: Processing;
}

/** One request that brought an event. */
export interface StoredDelivery {
  readonly id: string;
  readonly receivedAt: Date;
  /** The sender's time of it. */
  readonly attemptedAt?: Date | undefined;
  /** How often the sender had tried by then, this time included. */
  readonly attempt?: number | undefined;
  /** Where the request brought several events: the `_id` of its document, and where in its body this one begins. */
  readonly request?: string | undefined;
  readonly offset?: number | undefined;
}

/**
 * More than any sender's retries and redeliveries by hand. Whoever repeats a signed delivery without end makes the
 * count grow, but not the document. A delivery is known again as long as it is listed: redelivered by SQS after so many
 * others of its event, it is counted twice.
 */
export const LISTED_DELIVERIES = 100;

/** An event on its way into the store: its document as it is if nobody stored the event before. */
export interface NewEvent extends EventDocument {
  readonly deliveries: readonly [StoredDelivery];
}

/** What a message brought: an event, or one of several. */
export interface Received {
  readonly envelope: Envelope;
  /** Of one of several: where it was. */
  readonly element?: (Pick<Element, 'offset' | 'contentSha256'> & { readonly request: string }) | undefined;
  readonly unsplit?: Unsplit | undefined;
}

/** An event that is redriven late isn't removed on arrival: it expires by the time at which it was stored. */
export function newEvent(
  { envelope, element, unsplit }: Received,
  weight: Weight,
  storedAt: Date,
  ttlDays: number | undefined,
): NewEvent {
  const payload = parsePayload(envelope.body, weight, envelope.contentEncoding);
  const { deliveryCount, deliveries, ...request } = newRequest(envelope, storedAt, ttlDays);
  const [delivery] = deliveries;
  return {
    ...request,
    ...(element?.contentSha256 !== undefined && { contentSha256: element.contentSha256 }),
    ...('parsed' in payload
      ? { payload: payload.parsed, ...(payload.numbers.length > 0 && { payloadNumbers: payload.numbers }) }
      : { payloadOmitted: payload.omitted }),
    ...(unsplit !== undefined && { unsplit }),
    deliveryCount,
    deliveries: [
      element === undefined ? delivery : { ...delivery, request: element.request, offset: element.offset },
    ],
  };
}

/** A request that brought several events, with its bytes and no copy of them: the events have those. */
export function newRequest(envelope: Envelope, storedAt: Date, ttlDays: number | undefined): NewEvent {
  return {
    _id: `${envelope.source}:${envelope.identity}`,
    source: envelope.source,
    identity: envelope.identity,
    type: envelope.eventType,
    sentAt: envelope.sentAt,
    sequence: envelope.sequence,
    receivedAt: envelope.receivedAt,
    expiresAt: ttlDays === undefined ? undefined : new Date(storedAt.getTime() + ttlDays * 86_400_000),
    contentType: envelope.contentType,
    contentEncoding: envelope.contentEncoding,
    headers: envelope.headers,
    body: new Binary(envelope.body),
    bodySha256: sha256Hex(envelope.body),
    deliveryCount: 1,
    deliveries: [
      {
        id: envelope.id,
        receivedAt: envelope.receivedAt,
        attemptedAt: envelope.attemptedAt,
        attempt: envelope.attempt,
      },
    ],
  };
}

/** By what an event is told from another one of its identity. */
export const contentOf = ({
  bodySha256,
  contentSha256,
}: Pick<EventDocument, 'bodySha256' | 'contentSha256'>) => contentSha256 ?? bodySha256;

/** The same for a store that doesn't take the names in its copy. */
export function withoutCopy({ payload: _, payloadNumbers: __, ...event }: NewEvent): NewEvent {
  return { ...event, payloadOmitted: 'reserved-key' };
}

/** The same beside the document that had its identity first, with other bytes. */
export function conflicting(event: NewEvent): NewEvent {
  return { ...event, _id: `${event._id}#${contentOf(event)}`, conflictsWith: event._id };
}
