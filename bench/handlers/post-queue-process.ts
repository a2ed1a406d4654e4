/**
 * One environment of a post-queue function: warms up, waits for the moment at which all begin, stores its messages in
 * batches, then what is redelivered. Prints when it began and ended, and the CPU
 * of it, as JSON.
 * Arguments: bundle, file of the work, size of a batch, moment.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaContext } from '../../handlers/lambda-context.ts';

/** Bodies of SQS messages. */
export interface PostQueueWork {
  readonly warmUp: readonly string[];
  readonly messages: readonly string[];
  readonly redelivered: readonly string[];
}

export interface PostQueueTimes {
  readonly beginMilliseconds: number;
  readonly endMilliseconds: number;
  /** Of this process, for the messages between the two. */
  readonly cpuMilliseconds: number;
}

const [bundle = '', file = '', batchSize = '1', moment = '0'] = process.argv.slice(2);
const work = JSON.parse(readFileSync(file, 'utf8')) as PostQueueWork;
const { handler } = (await import(bundle)) as {
  handler: (event: unknown, lambda: LambdaContext) => Promise<{ batchItemFailures: unknown[] }>;
};

await store(work.warmUp);
await sleep(Math.max(0, Number(moment) - Date.now()));
const beginMilliseconds = Date.now();
const cpuBefore = process.cpuUsage();
await store(work.messages);
const endMilliseconds = Date.now();
const { user, system } = process.cpuUsage(cpuBefore);
await store(work.redelivered);
console.log(JSON.stringify({ beginMilliseconds, endMilliseconds, cpuMilliseconds: (user + system) / 1000 }));
process.exit();

async function store(messages: readonly string[]): Promise<void> {
  const size = Number(batchSize);
  for (let at = 0; at < messages.length; at += size) {
    const batch = messages.slice(at, at + size);
    const Records = batch.map((body, index) => ({ messageId: `${at + index}`, body }));
    const { batchItemFailures } = await handler({ Records }, { getRemainingTimeInMillis: () => 30_000 });
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} events were not stored`);
  }
}
