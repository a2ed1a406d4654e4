import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import { encodeEnvelope } from '../../../../handlers/envelope.ts';
import { noOwnCode } from '../../../../handlers/own-code/load.ts';
import { connect } from '../../../../handlers/post-queue/connection.ts';
import { postQueueHandler } from '../../../../handlers/post-queue/handle.ts';
import { readSettings } from '../../../../handlers/post-queue/settings.ts';
import { NOW } from '../deliveries.ts';
import { LAMBDA, lambdaWith } from '../lambda.ts';
import { envelope } from './envelopes.ts';

const batch = { Records: [{ messageId: 'a', body: encodeEnvelope(envelope('1', '{}')) }] };

function handlerFor(environment: Record<string, string>) {
  const handler = postQueueHandler({
    connection: connect(readSettings(environment), vi.fn(), import.meta.url),
    code: noOwnCode,
    log: vi.fn(),
    now: () => NOW,
    newId: randomUUID,
    memoryMiB: 256,
  });
  return (event: unknown, lambda = LAMBDA) => handler(event, lambda);
}

test('with broken settings nothing is taken off the queue, and the probe says why', async () => {
  const handler = handlerFor({});
  await expect(handler(batch)).rejects.toThrow('NAMI_STORE_URI is missing');
  expect(await handler({ nami: 'probe' })).toMatchObject({
    nami: 'post-queue',
    problems: [{ message: 'NAMI_STORE_URI is missing' }, {}, {}],
    store: { reachable: false },
  });
});

test('a store that takes longer than the function has fails the batch while there is time to say so', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const handler = handlerFor({
    NAMI_STORE_URI: `mongodb://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    NAMI_STORE_DATABASE: 'webhooks',
    NAMI_STORE_COLLECTION: 'events',
  });
  const begin = performance.now();
  expect(await handler(batch, lambdaWith(1000))).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
  expect(performance.now() - begin).toBeLessThan(900);
  silent.close();
});

test('a store that is away fails the batch and is told by the probe within seconds, without credentials', async () => {
  const handler = handlerFor({
    // Port 1 (tcpmux) is one that nothing listens on.
    NAMI_STORE_URI: 'mongodb://user:password@127.0.0.1:1',
    NAMI_STORE_DATABASE: 'webhooks',
    NAMI_STORE_COLLECTION: 'events',
  });
  const start = performance.now();
  const [probe, response] = await Promise.all([handler({ nami: 'probe' }), handler(batch)]);
  expect(performance.now() - start).toBeLessThan(8000);
  expect(probe).toMatchObject({ nami: 'post-queue', problems: [], store: { reachable: false } });
  expect(JSON.stringify(probe)).toMatch(/ECONNREFUSED|closed/);
  expect(JSON.stringify(probe)).not.toMatch(/user|password/);
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'a' }] });
});
