import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetEventSourceMappingCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendBurst } from '../../local/burst.ts';
import { type EmulatorClients, emulatorClients } from '../../local/emulator-clients.ts';
import { type Delivery, documentId, githubDeliveries } from '../../local/github-deliveries.ts';
import { queueDepth } from '../../src/aws/calls/queues.ts';
import { eventually, GITHUB, objectId } from '../user.ts';
import { System } from './system.ts';

let system: System;
let aws: EmulatorClients;

beforeAll(async () => {
  system = await System.start('exactly-once', { NAMI_LOOK_SECONDS: '2' });
  aws = emulatorClients(system.stack.emulators, 'us-east-1');
});
afterAll(async () => await system?.stop());

const REPEATS = 4;

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

  const store = await system.openStore(pipeline);
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

// Notes each run, and which others of its event were at work then: not ended, and not killed either.
const NOTING_RUNS = `
  import { setTimeout as sleep } from 'node:timers/promises';
  const isAlive = ({ pid }) => {
    try { return globalThis.process.kill(pid, 0); } catch { return false; }
  };
  export async function process({ _id }, { database }) {
    const runs = database.collection('runs');
    const others = await runs.find({ event: _id, endedAt: null }).toArray();
    const beside = others.filter(isAlive).length;
    const run = await runs.insertOne({ event: _id, pid: globalThis.process.pid, beside });
    await sleep(300);
    await runs.updateOne({ _id: run.insertedId }, { $set: { endedAt: new Date() } });
  }`;

test('own code is at work on an event once at a time, and never again when it has ended', async () => {
  const { namespace, secret } = await system.namespace('leases');
  await system.applyManifest({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: 'code' },
    data: { 'code.mjs': NOTING_RUNS },
  });
  await system.apply(namespace, 'leases', {
    ...GITHUB,
    // SQS hands a message out again while the function may still be at work on it.
    queue: { visibilityTimeoutSeconds: 3, maxReceiveCount: 100 },
    postQueue: { timeoutSeconds: 3, batchSize: 5, code: { configMapRef: { name: 'code', key: 'code.mjs' } } },
  });
  const pipeline = await system.waitReady(namespace, 'leases');
  const { endpoint } = pipeline.status ?? {};
  const postQueue = objectId(pipeline, 'Function', 'post-queue');
  const queueName = objectId(pipeline, 'Queue', 'queue');
  const store = await system.openStore(pipeline);
  const deliveries = githubDeliveries(secret).slice(0, 40);
  const ids = deliveries.map(documentId).sort();
  const allFinished = async () =>
    (await store.events.countDocuments({ 'processing.finishedAt': { $exists: true } })) === ids.length;
  const runsOf = async () => await store.events.db.collection('runs').find({}).toArray();

  const twice = deliveries.flatMap((delivery) => [delivery, delivery]);
  const sending = sendBurst(endpoint?.url ?? '', twice, 8);
  for (let round = 0; round < 3; round++) {
    await eventually('runs are under way', async () => (await runsOf()).some(({ endedAt }) => !endedAt));
    for (const pid of environmentsOf(postQueue)) process.kill(pid, 'SIGKILL');
    await sleep(200);
  }
  await sending;
  await eventually('all have ended well', allFinished, 90);
  const runs = await runsOf();
  await sendBurst(endpoint?.url ?? '', deliveries, 8);
  await eventually('the queue is empty', async () => (await queueDepth(aws, queueName)) === 0, 60);

  expect(await runsOf()).toHaveLength(runs.length);
  const stored = await store.events.find({}).toArray();
  await store.close();
  expect(stored.map(({ _id }) => _id).sort()).toEqual(ids);
  expect(stored.every(({ deliveryCount }) => deliveryCount === 3)).toBe(true);
  // Some were killed at work, and begun again by another.
  expect(runs.filter(({ endedAt }) => !endedAt).length).toBeGreaterThan(0);
  expect(runs.filter(({ beside }) => beside > 0)).toEqual([]);
  const ended = new Set(runs.filter(({ endedAt }) => endedAt).map(({ event }) => event));
  expect([...ended].sort()).toEqual(ids);
  await system.kubectl('-n', namespace, 'delete', 'whp/leases', '--timeout=60s');
});
