import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { POST_QUEUE_ENV } from '../../handlers/contract.ts';
import { decodeEnvelope, encodeEnvelope } from '../../handlers/envelope.ts';
import { type EventDocument, newEvent } from '../../handlers/post-queue/document.ts';
import { memoryForEvents } from '../../handlers/post-queue/memory.ts';
import { weigh } from '../../handlers/post-queue/payload.ts';
import { githubDeliveries } from '../../local/github-deliveries.ts';
import { claimNetwork } from '../../local/network-claim.ts';
import { type Bundle, compiledScript, ownBundles } from '../bundles.ts';
import { startStore } from '../store.ts';
import { type Bench, median, runLimited } from './bench.ts';
import { peerBundle } from './peer-bundle.ts';
import type { PostQueueTimes } from './post-queue-process.ts';

/** `spec.postQueue.concurrency` and `batchSize` by default. */
export const CONCURRENCY = 5;
export const BATCH_SIZE = 10;

export interface PostQueueResult {
  readonly eventsPerSecond: number;
  /** Of the function, an event. */
  readonly cpuMilliseconds: number;
  /** Documents beyond one an event, after a part of the messages was delivered again. */
  readonly duplicates: number;
}

export interface PostQueueResults {
  readonly ours: PostQueueResult;
  readonly insertOne: PostQueueResult;
  /** Batches as ours, with nothing to do but what the driver does. */
  readonly driver: Omit<PostQueueResult, 'duplicates'>;
  /** The store by itself: inserts with nothing around them, and with all the CPU there is. */
  readonly store: StoreRates;
}

/** Events a second. */
export interface StoreRates {
  readonly bulk: number;
  readonly single: number;
}

const DATABASE = 'bench';
const ROUNDS = 3;
/** For each environment. */
const MESSAGES = 200;
/** Until the compiler has seen enough: an environment that works a queue off lives for thousands. */
const WARM_UP_MESSAGES = 1000;
const REDELIVERED_MESSAGES = 40;
/** A cold start and the warm-up, under the quota. */
const UNTIL_ALL_ARE_WARM_MILLISECONDS = 20_000;

/** Ours, a handler for batches of one, and the driver alone against the same store, one after the other and again. */
export async function measurePostQueue(bench: Bench): Promise<PostQueueResults> {
  const { folder, processes, progress } = bench;
  const network = await claimNetwork();
  const uri = await startStore(folder, processes, progress, network.cidr.replace('0.0/16', '0.4'));
  const client = new MongoClient(uri);
  try {
    await client.connect();

    const { postQueue } = await ownBundles(folder);
    const peer = await peerBundle('insert-one.ts', folder);
    const ready = await peerBundle('insert-ready.ts', folder);
    if (peer === undefined || ready === undefined) throw new TypeError('these need only what we need');
    const ours: PostQueueResult[] = [];
    const insertOne: PostQueueResult[] = [];
    const driver: PostQueueResult[] = [];
    const bulk: number[] = [];
    const single: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      progress(`post-queue, round ${round} of ${ROUNDS}`);
      ours.push(await measure(bench, client, uri, postQueue, BATCH_SIZE));
      insertOne.push(await measure(bench, client, uri, peer, 1));
      driver.push(await measure(bench, client, uri, ready, BATCH_SIZE));
      bulk.push(await insertRate(client, BATCH_SIZE));
      single.push(await insertRate(client, 1));
    }
    const store = { bulk: median(bulk), single: median(single) };
    return { ours: middle(ours), insertOne: middle(insertOne), driver: middle(driver), store };
  } finally {
    await client.close();
    network.release();
  }
}

async function measure(
  bench: Bench,
  client: MongoClient,
  uri: string,
  { path }: Bundle,
  batchSize: number,
): Promise<PostQueueResult> {
  const collection = `events-${randomUUID().slice(0, 8)}`;
  const environment = {
    [POST_QUEUE_ENV.storeUri]: uri,
    [POST_QUEUE_ENV.database]: DATABASE,
    [POST_QUEUE_ENV.collection]: collection,
  };
  const script = await compiledScript(join(import.meta.dirname, 'post-queue-process.ts'), bench.folder);
  const works = makeWork();
  const moment = Date.now() + UNTIL_ALL_ARE_WARM_MILLISECONDS;
  const times = await Promise.all(
    works.map((work, index) => {
      const file = join(bench.folder, `messages-${index}`);
      writeFileSync(file, work.map((message) => `${message}\n`).join(''));
      const args = [path, file, batchSize, moment, WARM_UP_MESSAGES, MESSAGES].map(String);
      return runLimited<PostQueueTimes>(bench, index, [script, ...args], environment);
    }),
  );
  const begin = Math.min(...times.map(({ beginMilliseconds }) => beginMilliseconds));
  const end = Math.max(...times.map(({ endMilliseconds }) => endMilliseconds));
  const documents = await client.db(DATABASE).collection(collection).countDocuments();
  const measured = CONCURRENCY * MESSAGES;
  const events = CONCURRENCY * WARM_UP_MESSAGES + measured;
  return {
    eventsPerSecond: (1000 * measured) / (end - begin),
    cpuMilliseconds: times.reduce((sum, { cpuMilliseconds }) => sum + cpuMilliseconds, 0) / measured,
    duplicates: documents - events,
  };
}

/**
 * What each environment gets: its own messages for the warm-up and to be measured, then some that came to another one
 * first, as redeliveries do.
 */
function makeWork(): string[][] {
  const works = Array.from({ length: CONCURRENCY }, () => messages(WARM_UP_MESSAGES + MESSAGES));
  return works.map((work, index) => {
    const other = works[(index + 1) % CONCURRENCY] ?? [];
    return [...work, ...other.slice(WARM_UP_MESSAGES, WARM_UP_MESSAGES + REDELIVERED_MESSAGES)];
  });
}

/** The size of what GitHub sends most; each an event of its own. */
function messages(count: number): string[] {
  const bodies = githubDeliveries('secret').filter(({ body }) => body.length > 6000 && body.length < 8500);
  return Array.from({ length: count }, (_, index) => {
    const { event, body } = bodies[index % bodies.length] ?? { event: '', body: Buffer.alloc(0) };
    return encodeEnvelope({
      id: randomUUID(),
      receivedAt: new Date(),
      source: 'GitHub',
      identity: randomUUID(),
      eventType: event,
      contentType: 'application/json',
      headers: { 'x-github-event': [event] },
      body,
    });
  });
}

/** How many events a second the store takes in inserts of so many, as durably and from as many at a time. */
async function insertRate(client: MongoClient, size: number): Promise<number> {
  const collection = client.db(DATABASE).collection<EventDocument>(`inserts-${randomUUID().slice(0, 8)}`);
  const options = {
    ordered: false,
    writeConcern: { w: 'majority', journal: true },
    ignoreUndefined: true,
  } as const;
  const lanes = Array.from({ length: CONCURRENCY }, () =>
    messages(MESSAGES).map((message) => {
      const envelope = decodeEnvelope(message);
      return newEvent({ envelope }, weigh(envelope.body, memoryForEvents(256)), new Date(), undefined);
    }),
  );
  const begin = performance.now();
  await Promise.all(
    lanes.map(async (events) => {
      for (let at = 0; at < events.length; at += size) {
        await collection.insertMany(events.slice(at, at + size), options);
      }
    }),
  );
  return (1000 * CONCURRENCY * MESSAGES) / (performance.now() - begin);
}

function middle(results: readonly PostQueueResult[]): PostQueueResult {
  return {
    eventsPerSecond: median(results.map(({ eventsPerSecond }) => eventsPerSecond)),
    cpuMilliseconds: median(results.map(({ cpuMilliseconds }) => cpuMilliseconds)),
    duplicates: Math.max(...results.map(({ duplicates }) => duplicates)),
  };
}
