import { ASSUMED_SQS_MILLISECONDS } from '../sqs-milliseconds.ts';
import type { BurstResult, BurstSettings } from './burst.ts';
import { STARTS_AT_A_TIME } from './environment-host.ts';
import { BATCH_SIZE, MAXIMUM_CONCURRENCY } from './event-source-mapping.ts';
import { busyAt, provisionedFor } from './littles-law.ts';
import { VISIBILITY_SECONDS } from './message-queue.ts';
import {
  LAMBDA_EXECUTIONS,
  LAMBDA_NEW_EXECUTIONS,
  LAMBDA_NEW_EXECUTIONS_SECONDS,
  ORIGINAL_REQUESTS_A_SECOND,
  type Scale,
} from './scale.ts';
import { FORGED_EVERY } from './sender.ts';

/** What a reader must know to make something of the figures. */
export function printSetting(rate: number, wasAsked: boolean, scale: Scale, cores: number): void {
  const goal = thousands(ORIGINAL_REQUESTS_A_SECOND);
  const found = wasAsked ? 'as asked' : 'what a short probe found this machine to carry';
  const reach =
    rate < ORIGINAL_REQUESTS_A_SECOND
      ? `\nThe original's ${goal} requests/s are out of reach of the ${cores} cores here, which also run the store, the queue and the senders.`
      : '';
  console.log(`Rate: ${thousands(rate)} requests/s, ${found}.${reach}
Scale 1:${scale.divisor.toFixed(1)}, of the load and of Lambda's limits alike: ${scale.executions} environments instead of ${thousands(LAMBDA_EXECUTIONS)},
of which ${scale.newExecutions} may start in ${LAMBDA_NEW_EXECUTIONS_SECONDS} s instead of ${thousands(LAMBDA_NEW_EXECUTIONS)}.

Real: the two functions' bundles as deployed, a process for each environment, its cold start, one request at a time,
  GitHub's payloads and signatures (one in ${FORGED_EVERY} is forged), the store (SecantusDB), the documents counted by their ids.
Emulated, on loopback: Lambda's runtime API and scaling (an environment starts when a request finds none idle, and
  the request takes the first that gets free; where none may start it is throttled: 503, at once), no CPU quota, cold
  starts in turn, ${STARTS_AT_A_TIME} at a time (in Lambda each has a CPU of its own);
  API Gateway (no HTTP and no TLS before it: events are made in this program; 503 for throttled and failed ones);
  SQS (in memory, SendMessage takes ${ASSUMED_SQS_MILLISECONDS} ms, visibility timeout ${VISIBILITY_SECONDS} s); the event source mapping (batches of ${BATCH_SIZE}, ${MAXIMUM_CONCURRENCY} at a time, not scaled).
  Provisioned concurrency: so many environments have loaded the function before the burst; what finds none of them idle
  spills over to environments that start on demand, under the scaling rule. They count among the ${scale.executions}.
  The post-queue's environments are all ready before the burst. Senders don't send again what was answered 503.
Times are of accepted requests, from the moment at which one was due to its answer.
`);
}

/** How the number was chosen, for readers who choose one for their own function. */
export function printProvisioned(chosen: number, rate: number, serviceSeconds: number, scale: Scale): void {
  const busy = busyAt(rate, serviceSeconds);
  console.log(`Little's law: ${thousands(rate)} requests/s × ${(serviceSeconds * 1000).toFixed(1)} ms, measured at that rate, keep ${busy.toFixed(1)} environments busy;
with AWS's buffer of 10 %: provisionedConcurrency ${chosen}. Unscaled, for ${thousands(Math.round(rate * scale.divisor))}/s, it would be ${thousands(provisionedFor(rate * scale.divisor, serviceSeconds))}.
`);
}

export const labelOf = ({ provisionedConcurrency }: Pick<BurstSettings, 'provisionedConcurrency'>): string =>
  provisionedConcurrency === 0 ? 'on demand' : `provisionedConcurrency: ${provisionedConcurrency}`;

/** What a run says besides its figures. */
export function printResult({ settings, tally, unasked, drainSeconds }: BurstResult): void {
  const label = labelOf(settings);
  console.log(`${label}: queue empty ${drainSeconds.toFixed(1)} s after the last request`);
  if (tally.unanswered > 0) console.log(`${label}: ${thousands(tally.unanswered)} without an answer`);
  if (unasked > 0)
    console.log(`${label}: ${thousands(unasked)} documents of requests that were not accepted`);
}

/** The runs, one below the other. */
export function tableOf(results: readonly BurstResult[]): string {
  const heads = ['', 'sent', '200', '401', '503', 'cold starts', 'spilled over', 'lost', 'p50', 'p90', 'p99'];
  const rows = results.map(({ settings, tally, coldStarts, spilledOver, lost }) => [
    labelOf(settings),
    ...[tally.sent, ...[200, 401, 503].map((status) => tally.answers.get(status) ?? 0)].map(thousands),
    thousands(coldStarts),
    settings.provisionedConcurrency === 0 ? '' : thousands(spilledOver),
    thousands(lost),
    ...[50, 90, 99].map((percent) => `${tally.percentile(percent).toFixed(0)} ms`),
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const align = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd : cell.padStart).call(cell, widths[column] ?? 0));
  return [heads, ...rows].map((row) => align(row).join('  ')).join('\n');
}

/** The last line of a run. */
export function summary({ tally, stored, lost }: BurstResult): string {
  const milliseconds = (percent: number) => `p${percent} ${tally.percentile(percent).toFixed(0)} ms`;
  const counts = `${tally.sent} sent, ${tally.accepted.length} accepted, ${stored} stored, ${lost} lost`;
  return `burst: ${counts}, ${[50, 90, 99].map(milliseconds).join(' ')}`;
}

export const thousands = (value: number): string => value.toLocaleString('en-US');
