import { randomUUID } from 'node:crypto';
import type { Envelope } from '../../../../handlers/envelope.ts';
import { newEvent } from '../../../../handlers/post-queue/document.ts';
import { memoryForEvents } from '../../../../handlers/post-queue/memory.ts';
import { weigh } from '../../../../handlers/post-queue/payload.ts';
import { NOW } from '../deliveries.ts';

/** An envelope as of GitHub, a delivery of its own. */
export function envelope(identity: string, body: string | Buffer, change: Partial<Envelope> = {}): Envelope {
  return {
    id: randomUUID(),
    receivedAt: NOW,
    source: 'GitHub',
    identity,
    headers: {},
    body: Buffer.from(body),
    ...change,
  };
}

/** Of a function as it is by default. */
export const MEMORY_BYTES = memoryForEvents(256);

/** The event that an envelope brings to such a function. */
export const eventOf = (received: Envelope, storedAt = NOW, ttlDays?: number) =>
  newEvent({ envelope: received }, weigh(received.body, MEMORY_BYTES), storedAt, ttlDays);
