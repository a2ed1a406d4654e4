import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetEventSourceMappingCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendBurst } from '../../local/burst.ts';
import { type EmulatorClients, emulatorClients } from '../../local/emulator-clients.ts';
import { openEventStore } from '../../local/event-store.ts';
import { type Delivery, documentId, githubDeliveries } from '../../local/github-deliveries.ts';
import type { WebhookPipeline } from '../../src/api/v1alpha1.ts';
import { queueDepth } from '../../src/aws/queues.ts';
import { eventually, GITHUB, System } from './system.ts';

let system: System;
let aws: EmulatorClients;

beforeAll(async () => {
  system = await System.start('exactly-once', { NAMI_LOOK_SECONDS: '2' });
  aws = emulatorClients(system.stack.emulators, 'us-east-1');
});
afterAll(async () => await system?.stop());

const REPEATS = 4;

const objectId = ({ status }: WebhookPipeline, kind: string, name: string): string =>
  status?.objects?.find((object) => object.kind === kind && object.name === name)?.id ?? '';

/** The processes in which the emulator runs the post-queue function, as Lambda's environments do. */
function environmentsOf(functionName: string): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
  return table
    .split('\n')
    .filter((line) => line.includes(functionName) && line.includes('_worker.js'))
    .map((line) => Number.parseInt(line, 10));
}

async function pause(uuid: string, paused: boolean): Promise<void> {
  await aws.lambda.send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled: !paused }));
  await eventually('the mapping follows', async () => {
    const { State } = await aws.lambda.send(new GetEventSourceMappingCommand({ UUID: uuid }));
    return State === (paused ? 'Disabled' : 'Enabled');
  });
}

/** Puts a second copy of waiting messages into the queue, under message ids of their own, as a redrive does. */
async function sendAgain(queueName: string, count: number): Promise<number> {
  const { QueueUrl } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName: queueName }));
  let sent = 0;
  while (sent < count) {
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 1 }),
    );
    if (Messages.length === 0) break;
    const Entries = Messages.map(({ Body }, index) => ({ Id: String(index), MessageBody: Body }));
    await aws.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    sent += Messages.length;
  }
  return sent;
}

test('each event is one document, whatever is sent twice, killed or cut off on its way', async () => {
  const { namespace, secret } = await system.namespace('exactly-once');
  await system.apply(namespace, 'exactly-once', {
    ...GITHUB,
    // Failed batches come back soon, and often enough to outlast all that is done to them.
    queue: { visibilityTimeoutSeconds: 5, maxReceiveCount: 100 },
    postQueue: { timeoutSeconds: 5, batchSize: 5 },
  });
  const pipeline = await system.waitReady(namespace, 'exactly-once');
  const { endpoint, store: place } = pipeline.status ?? {};
  const mapping = objectId(pipeline, 'EventSourceMapping', 'mapping');
  const postQueue = objectId(pipeline, 'Function', 'post-queue');
  const queueName = objectId(pipeline, 'Queue', 'queue');

  // The sender repeats itself, at once and later; SQS hands messages out again under other ids.
  await pause(mapping, true);
  const deliveries: Delivery[] = githubDeliveries(secret);
  const repeated = deliveries.slice(0, 30);
  const all = [...deliveries, ...Array.from({ length: REPEATS }, () => repeated).flat()];
  const answers = await sendBurst(endpoint?.url ?? '', all, 16);
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const copies = await sendAgain(queueName, 60);
  expect(copies).toBeGreaterThanOrEqual(60);

  // Environments die in the middle of batches, and so does the database in the middle of writes.
  await pause(mapping, false);
  let killed = 0;
  for (let round = 0; round < 4; round++) {
    await sleep(400);
    for (const pid of environmentsOf(postQueue)) {
      process.kill(pid, 'SIGKILL');
      killed += 1;
    }
    if (round % 2 === 1) {
      await system.stack.hosts.kill(place?.host ?? '');
      await sleep(500);
      system.stack.hosts.revive(place?.host ?? '');
    }
  }
  expect(killed).toBeGreaterThan(0);
  await eventually('the queue is empty', async () => (await queueDepth(aws, queueName)) === 0, 90);

  const store = await openEventStore(
    system.stack,
    place?.address ?? '',
    objectId(pipeline, 'Parameter', 'store-password'),
  );
  const stored = await store.events.find({}).toArray();
  await store.close();
  expect(stored.map(({ _id }) => _id).sort()).toEqual(deliveries.map(documentId).sort());
  const sent = new Map(deliveries.map((delivery) => [documentId(delivery), delivery.body]));
  expect(stored.every(({ _id, body }) => sent.get(_id)?.equals(Buffer.from(body.value())))).toBe(true);
  const repeatedIds = new Set(repeated.map(documentId));
  for (const { _id, deliveries: seen } of stored) {
    expect(seen, _id).toHaveLength(repeatedIds.has(_id) ? 1 + REPEATS : 1);
  }
  await system.kubectl('-n', namespace, 'delete', 'whp/exactly-once', '--timeout=60s');
});
