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
import { freePort } from '../../local/ports.ts';
import { type Bundle, compiledScript, ownBundles } from '../bundles.ts';
import { startStore } from '../store.ts';
import { type Bench, median, runLimited, startServer } from './bench.ts';
import { peerBundle } from './peer-bundle.ts';
import type { PostQueueTimes } from './post-queue-process.ts';

/** `spec.postQueue.concurrency` and `batchSize` by default. */
export const CONCURRENCY = 5;
export const BATCH_SIZE = 10;

export interface PostQueueResult {
  /** With the store. */
  readonly eventsPerSecond: number;
  /** Of the function, an event, with a store that answers at once, as the queue of the pre-queue function does. */
  readonly cpuMilliseconds: number;
  /** The same with the store: to be woken up after each wait costs more the longer that is. */
  readonly cpuWithStoreMilliseconds: number;
  /** Documents beyond one an event, after a part of the messages was delivered again. */
  readonly duplicates: number;
}

export interface PostQueueResults {
  readonly ours: PostQueueResult;
  readonly insertOne: PostQueueResult;
  /** Batches as ours, with nothing to do but what the driver does. */
  readonly driver: Pick<PostQueueResult, 'cpuMilliseconds' | 'cpuWithStoreMilliseconds'>;
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
/** How many environments work at once, and what each of them gets. */
interface Amounts {
  readonly environments: number;
  readonly warmUp: number;
  readonly measured: number;
  readonly redelivered: number;
}

const WITH_STORE: Amounts = { environments: CONCURRENCY, warmUp: 400, measured: 200, redelivered: 40 };
/** Until the compiler has seen enough: an environment that works a queue off lives for thousands. */
const AT_ONCE: Amounts = { environments: 1, warmUp: 2000, measured: 1000, redelivered: 0 };
/** A cold start and the warm-up, under the quota. */
const UNTIL_ALL_ARE_WARM_MILLISECONDS = 15_000;
const SERVER_SECONDS = 1800;

/** Ours, a handler for batches of one, and the driver alone, one after the other and again. */
export async function measurePostQueue(bench: Bench): Promise<PostQueueResults> {
  const { folder, processes, progress } = bench;
  const network = await claimNetwork();
  const uri = await startStore(folder, processes, progress, network.cidr.replace('0.0/16', '0.4'));
  const quick = await startQuickStore(bench);
  const client = new MongoClient(uri);
  try {
    await client.connect();

    const { postQueue } = await ownBundles(folder);
    const peer = await peerBundle('insert-one.ts', folder);
    const ready = await peerBundle('insert-ready.ts', folder);
    if (peer === undefined || ready === undefined) throw new TypeError('these need only what we need');
    const ours: Handler = { bundle: postQueue, batchSize: BATCH_SIZE, results: [] };
    const insertOne: Handler = { bundle: peer, batchSize: 1, results: [] };
    const driver: Handler = { bundle: ready, batchSize: BATCH_SIZE, results: [] };
    const bulk: number[] = [];
    const single: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      progress(`post-queue, round ${round} of ${ROUNDS}`);
      for (const handler of [ours, insertOne, driver]) {
        const cpuMilliseconds = await cpuAtOnce(bench, quick, handler);
        handler.results.push({ ...(await withStore(bench, client, uri, handler)), cpuMilliseconds });
      }
      bulk.push(await insertRate(client, BATCH_SIZE));
      single.push(await insertRate(client, 1));
    }
    return {
      ours: middle(ours.results),
      insertOne: middle(insertOne.results),
      driver: middle(driver.results),
      store: { bulk: median(bulk), single: median(single) },
    };
  } finally {
    await client.close();
    network.release();
  }
}

/** Starts a store that answers at once and keeps nothing, and gives its connection string. */
async function startQuickStore(bench: Bench): Promise<string> {
  const port = await freePort();
  const uri = `mongodb://127.0.0.1:${port}/`;
  await startServer(bench, {
    name: 'store',
    port,
    seconds: SERVER_SECONDS,
    ready: async () => {
      await using client = new MongoClient(uri, { serverSelectionTimeoutMS: 500 });
      await client.connect();
      return true;
    },
  });
  return uri;
}

/** What takes messages, how many at a time, and how it came out in each round. */
interface Handler {
  readonly bundle: Bundle;
  readonly batchSize: number;
  readonly results: PostQueueResult[];
}

async function withStore(
  bench: Bench,
  client: MongoClient,
  uri: string,
  handler: Handler,
): Promise<Omit<PostQueueResult, 'cpuMilliseconds'>> {
  const collection = newCollection();
  const times = await runAll(bench, { uri, collection, handler, amounts: WITH_STORE });
  const begin = Math.min(...times.map(({ beginMilliseconds }) => beginMilliseconds));
  const end = Math.max(...times.map(({ endMilliseconds }) => endMilliseconds));
  const documents = await client.db(DATABASE).collection(collection).countDocuments();
  return {
    eventsPerSecond: (1000 * CONCURRENCY * WITH_STORE.measured) / (end - begin),
    cpuWithStoreMilliseconds: cpuAnEvent(times, WITH_STORE),
    duplicates: documents - CONCURRENCY * (WITH_STORE.warmUp + WITH_STORE.measured),
  };
}

async function cpuAtOnce(bench: Bench, uri: string, handler: Handler): Promise<number> {
  const times = await runAll(bench, { uri, collection: newCollection(), handler, amounts: AT_ONCE });
  return cpuAnEvent(times, AT_ONCE);
}

const cpuAnEvent = (times: readonly PostQueueTimes[], { measured }: Amounts): number =>
  times.reduce((sum, { cpuMilliseconds }) => sum + cpuMilliseconds, 0) / (times.length * measured);

const newCollection = () => `events-${randomUUID().slice(0, 8)}`;

interface Run {
  readonly uri: string;
  readonly collection: string;
  readonly handler: Handler;
  readonly amounts: Amounts;
}

async function runAll(
  bench: Bench,
  { uri, collection, handler: { bundle, batchSize }, amounts }: Run,
): Promise<PostQueueTimes[]> {
  const environment = {
    [POST_QUEUE_ENV.storeUri]: uri,
    [POST_QUEUE_ENV.database]: DATABASE,
    [POST_QUEUE_ENV.collection]: collection,
  };
  const script = await compiledScript(join(import.meta.dirname, 'post-queue-process.ts'), bench.folder);
  const works = makeWork(amounts);
  // One alone goes on at once: in a pause V8 takes back what it has made ready, as it does in no environment that is frozen.
  const moment = amounts.environments === 1 ? 0 : Date.now() + UNTIL_ALL_ARE_WARM_MILLISECONDS;
  return await Promise.all(
    works.map((work, index) => {
      const file = join(bench.folder, `messages-${index}`);
      writeFileSync(file, work.map((message) => `${message}\n`).join(''));
      const args = [bundle.path, file, batchSize, moment, amounts.warmUp, amounts.measured].map(String);
      return runLimited<PostQueueTimes>(bench, index, [script, ...args], environment);
    }),
  );
}

/**
 * What each environment gets: its own messages for the warm-up and to be measured, then some that came to another one
 * first, as redeliveries do.
 */
function makeWork({ environments, warmUp, measured, redelivered }: Amounts): string[][] {
  const works = Array.from({ length: environments }, () => messages(warmUp + measured));
  return works.map((work, index) => {
    const other = works[(index + 1) % environments] ?? [];
    return [...work, ...other.slice(warmUp, warmUp + redelivered)];
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
    messages(WITH_STORE.measured).map((message) => {
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
  return (1000 * CONCURRENCY * WITH_STORE.measured) / (performance.now() - begin);
}

function middle(results: readonly PostQueueResult[]): PostQueueResult {
  const of = (figure: (result: PostQueueResult) => number) => median(results.map(figure));
  return {
    eventsPerSecond: of((each) => each.eventsPerSecond),
    cpuMilliseconds: of((each) => each.cpuMilliseconds),
    cpuWithStoreMilliseconds: of((each) => each.cpuWithStoreMilliseconds),
    duplicates: Math.max(...results.map(({ duplicates }) => duplicates)),
  };
}
