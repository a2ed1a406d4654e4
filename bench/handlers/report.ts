import { ASSUMED_SQS_MILLISECONDS } from '../sqs-milliseconds.ts';
import { type Goal, goalCells } from './goals.ts';
import { BATCH_SIZE, CONCURRENCY, type PostQueueResults } from './post-queue.ts';
import type { PreQueueResult } from './pre-queue.ts';

const EXECUTIONS = 1000;
/** Of synchronous invocations, for each concurrent execution of the quota (AWS: Lambda quotas). */
const REQUESTS_A_SECOND_PER_EXECUTION = 10;

/** Of its own rate: the store was measured with the machine to itself, which it otherwise shares with the functions. */
const STORE_BOUND_SHARE = 0.5;

export function printPreQueue(results: readonly PreQueueResult[]): void {
  const [ours] = results;
  table(
    ['pre-queue', 'CPU a request', 'by ours', 'first answer', 'by ours', 'bundle'],
    results.map(({ name, cpuMilliseconds, firstMilliseconds, bundleKB }) => [
      name,
      `${cpuMilliseconds.toFixed(2)} ms`,
      `${(cpuMilliseconds / (ours?.cpuMilliseconds ?? 0)).toFixed(2)} x`,
      `${firstMilliseconds.toFixed(0)} ms`,
      `${(firstMilliseconds / (ours?.firstMilliseconds ?? 0)).toFixed(2)} x`,
      `${bundleKB.toFixed(1)} KB`,
    ]),
  );
}

/** How far 1,000 executions would carry, by the time that one of them is busy with a request. */
export function printCapacity({ wallMilliseconds }: PreQueueResult): void {
  const busy = wallMilliseconds + ASSUMED_SQS_MILLISECONDS;
  const carried = Math.round((1000 / busy) * EXECUTIONS);
  const quota = EXECUTIONS * REQUESTS_A_SECOND_PER_EXECUTION;
  console.log(
    `\nA request keeps a function busy for ${wallMilliseconds.toFixed(1)} ms here, with an SQS that answers at once over ` +
      `loopback and without TLS.\nAssumed that SQS takes ${ASSUMED_SQS_MILLISECONDS} ms and all are warm, ${thousands(EXECUTIONS)} concurrent executions carry ` +
      `${thousands(carried)} requests/s by their CPU;\nLambda's quota on ${thousands(EXECUTIONS)} is ${thousands(quota)} requests/s. ` +
      `The original: 4,800 at 670 (${thousands(Math.round((4800 / 670) * EXECUTIONS))} at ${thousands(EXECUTIONS)}).\n`,
  );
}

export function printPostQueue({ ours, insertOne, driver, store }: PostQueueResults): void {
  const rate = (value: number) => `${thousands(Math.round(value))}/s`;
  const cpu = (each: PostQueueResults['driver']) =>
    [each.cpuMilliseconds, each.cpuWithStoreMilliseconds].map((value) => `${value.toFixed(2)} ms`);
  table(
    [
      `post-queue, ${CONCURRENCY} at a time`,
      'CPU an event',
      'with the store',
      'events',
      'duplicates after redelivery',
    ],
    [
      [`ours, batches of ${BATCH_SIZE}`, ...cpu(ours), rate(ours.eventsPerSecond), String(ours.duplicates)],
      [
        'insertOne, batches of 1',
        ...cpu(insertOne),
        rate(insertOne.eventsPerSecond),
        String(insertOne.duplicates),
      ],
      [`the driver alone, batches of ${BATCH_SIZE}`, ...cpu(driver), '', ''],
      [`the store by itself, inserts of ${BATCH_SIZE}`, '', '', rate(store.bulk), ''],
      ['the store by itself, inserts of 1', '', '', rate(store.single), ''],
    ],
  );
  const share = ours.eventsPerSecond / store.bulk;
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  console.log(
    `\nCPU an event: of one alone, with a store that answers at once over loopback and without TLS; all else with one that stores.\n` +
      `The store itself takes ${(store.bulk / store.single).toFixed(1)} times as many events in inserts of ${BATCH_SIZE} as in inserts of 1.\n` +
      `Ours reaches ${percent(share)} of the store's own rate, and takes ${percent(ours.eventsPerSecond * (ours.cpuWithStoreMilliseconds / 1000))} of a core for it, all ${CONCURRENCY} together.` +
      `${share > STORE_BOUND_SHARE ? '\nThe store is what bounds it.' : ''}\n`,
  );
}

export function printGoals(goals: readonly Goal[]): void {
  table(['goal', 'measured', 'wanted', ''], goals.map(goalCells));
  console.log();
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  for (const row of [head, ...rows]) {
    const [first = '', ...others] = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log([first, ...others].join('  '));
  }
}

const thousands = (value: number) => value.toLocaleString('en-US');
