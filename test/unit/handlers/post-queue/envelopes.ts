import { randomUUID } from 'node:crypto';
import type { Envelope } from '../../../../handlers/envelope.ts';
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
