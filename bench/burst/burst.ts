import { setTimeout as sleep } from 'node:timers/promises';
import { deliver } from './api-gateway.ts';
import { arrive } from './arrivals.ts';
import { openPipeline, type Parts } from './pipeline.ts';
import { type Sample, startSampling } from './samples.ts';
import type { Scale } from './scale.ts';
import { sender } from './sender.ts';
import { Tally } from './tally.ts';

export interface BurstSettings {
  /** Tells the runs apart in the store and in the logs. */
  readonly name: string;
  readonly rate: number;
  readonly seconds: number;
  /** Environments that are ready when it begins; 0: all start on demand. */
  readonly provisionedConcurrency: number;
  readonly scale: Scale;
}

export interface BurstResult {
  readonly settings: BurstSettings;
  readonly tally: Tally;
  readonly samples: readonly Sample[];
  readonly stored: number;
  /** Accepted, and neither stored nor in the queue or its dead-letter queue. */
  readonly lost: number;
  /** Accepted, and still in the queue when the time for emptying it was over. */
  readonly queued: number;
  readonly deadLetters: number;
  /** Documents of requests that were not accepted: a 503 doesn't say that nothing was stored, a 401 does. */
  readonly unasked: number;
  /** Environments that were started on demand. */
  readonly coldStarts: number;
  /** Events that were handed to them. */
  readonly spilledOver: number;
  /** From the last request until the queue was empty. */
  readonly drainSeconds: number;
}

const MAX_DRAIN_SECONDS = 40;
const LAST_SAMPLES_SECONDS = 1;

/** One burst against a pipeline of its own, until its queue is empty. */
export async function runBurst(parts: Parts, settings: BurstSettings): Promise<BurstResult> {
  const { name, rate, seconds, provisionedConcurrency, scale } = settings;
  const pipeline = await openPipeline(parts, name, scale);
  const { preQueue, queue } = pipeline;
  try {
    await preQueue.provision(provisionedConcurrency);
    const next = sender();
    const tally = new Tally();
    const sampling = startSampling(pipeline, tally);
    const send = async (dueMilliseconds: number) => {
      const { delivery, documentId } = next();
      tally.sent += 1;
      const status = await deliver(delivery, preQueue);
      tally.answered(status, documentId, performance.now() - dueMilliseconds);
    };
    await arrive(rate, seconds, (due) => void send(due));

    const sentAll = performance.now();
    const elapsed = () => (performance.now() - sentAll) / 1000;
    while ((tally.unanswered > 0 || queue.depth > 0) && elapsed() < MAX_DRAIN_SECONDS) await sleep(20);
    const drainSeconds = elapsed();
    await sleep(LAST_SAMPLES_SECONDS * 1000);
    const samples = sampling.stop();

    const documents = await pipeline.documentIds();
    const accepted = new Set(tally.accepted);
    const missing = countMissing(accepted, documents);
    const held = queue.depth + queue.deadLetters;
    return {
      settings,
      tally,
      samples,
      stored: documents.size,
      lost: Math.max(0, missing - held),
      queued: queue.depth,
      deadLetters: queue.deadLetters,
      unasked: countMissing(documents, accepted),
      coldStarts: preQueue.coldStarts,
      spilledOver: preQueue.spilledOver,
      drainSeconds,
    };
  } finally {
    await pipeline.stop();
  }
}

/** How many of the first are not among the second. */
function countMissing(wanted: ReadonlySet<string>, present: ReadonlySet<string>): number {
  return [...wanted].filter((id) => !present.has(id)).length;
}
