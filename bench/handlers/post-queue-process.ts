/**
 * One environment of a post-queue function: warms up, waits for the moment at which all begin, stores its messages in
 * batches, then what is redelivered. Prints when it began and ended, and the CPU of it, as JSON.
 * Arguments: bundle, file of messages, size of a batch, moment, and how many messages are for the warm-up and how many
 * are measured; the others are those that are redelivered.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaContext } from '../../handlers/lambda-context.ts';

export interface PostQueueTimes {
  readonly beginMilliseconds: number;
  readonly endMilliseconds: number;
  /** Of this process, while it was at work on the messages between the two. */
  readonly cpuMilliseconds: number;
}

const [bundle = '', file = '', batchSize = '1', moment = '0', warmUp = '0', measured = '0'] =
  process.argv.slice(2);
/** Bodies of SQS messages, a line each: in a buffer, since in the heap they would weigh on every garbage collection. */
const messages = readFileSync(file);
let at = 0;
const { handler } = (await import(bundle)) as {
  handler: (event: unknown, lambda: LambdaContext) => Promise<{ batchItemFailures: unknown[] }>;
};

await store(Number(warmUp));
await sleep(Math.max(0, Number(moment) - Date.now()));
const beginMilliseconds = Date.now();
const cpuMilliseconds = await store(Number(measured));
const endMilliseconds = Date.now();
await store(Number.POSITIVE_INFINITY);
console.log(JSON.stringify({ beginMilliseconds, endMilliseconds, cpuMilliseconds }));
process.exit();

/** Stores the next so many messages, or all that there are; answers the milliseconds of CPU that the handler took. */
async function store(count: number): Promise<number> {
  let microseconds = 0;
  for (let stored = 0; stored < count && at < messages.length; ) {
    const Records = take(Math.min(Number(batchSize), count - stored));
    stored += Records.length;
    const before = process.cpuUsage();
    const { batchItemFailures } = await handler({ Records }, { getRemainingTimeInMillis: () => 30_000 });
    const { user, system } = process.cpuUsage(before);
    microseconds += user + system;
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} events were not stored`);
  }
  return microseconds / 1000;
}

/** The next so many messages, or those that are left, as Lambda hands them over. */
function take(count: number): { readonly messageId: string; readonly body: string }[] {
  const records = [];
  while (records.length < count && at < messages.length) {
    const end = messages.indexOf('\n', at);
    records.push({ messageId: `${at}`, body: messages.toString('latin1', at, end) });
    at = end + 1;
  }
  return records;
}
