import { ASSUMED_SQS_MILLISECONDS } from '../sqs-milliseconds.ts';
import type { BurstResult } from './burst.ts';
import { BATCH_SIZE, MAXIMUM_CONCURRENCY } from './event-source-mapping.ts';
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
  the request takes the first that gets free; where none may start it is throttled: 503, at once), no CPU quota;
  API Gateway (no HTTP and no TLS before it: events are made in this program; 503 for throttled and failed ones);
  SQS (in memory, SendMessage takes ${ASSUMED_SQS_MILLISECONDS} ms, visibility timeout ${VISIBILITY_SECONDS} s); the event source mapping (batches of ${BATCH_SIZE}, ${MAXIMUM_CONCURRENCY} at a time, not scaled).
  Senders don't send again what was answered 503. Pre-warmed environments have loaded the function and not run it yet.
Times are of accepted requests, from the moment at which one was due to its answer.
`);
}

export function printResult({
  settings,
  tally,
  coldStarts,
  drainSeconds,
  queued,
  deadLetters,
  unasked,
}: BurstResult): void {
  const answers = [...tally.answers]
    .sort(([one], [other]) => one - other)
    .map(([status, count]) => `${thousands(count)} × ${status}`);
  if (tally.unanswered > 0) answers.push(`${thousands(tally.unanswered)} without an answer`);
  console.log(
    `${settings.name}: ${answers.join(', ')}; ${settings.prewarmed} environments warm before, ${coldStarts - settings.prewarmed} cold starts; queue empty ${drainSeconds.toFixed(1)} s after the last request`,
  );
  if (queued > 0) console.log(`${settings.name}: ${queued} still in the queue when the time was over`);
  if (deadLetters > 0) console.log(`${settings.name}: ${deadLetters} in the dead-letter queue`);
  if (unasked > 0) console.log(`${settings.name}: ${unasked} documents of requests that were not accepted`);
}

/** The last line of a run. */
export function summary({ tally, stored, lost }: BurstResult): string {
  const milliseconds = (percent: number) => `p${percent} ${tally.percentile(percent).toFixed(0)} ms`;
  const counts = `${tally.sent} sent, ${tally.accepted.length} accepted, ${stored} stored, ${lost} lost`;
  return `burst: ${counts}, ${[50, 90, 99].map(milliseconds).join(' ')}`;
}

export const thousands = (value: number): string => value.toLocaleString('en-US');
