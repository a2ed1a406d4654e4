/**
 * One environment of a pre-queue function: loads the bundle, answers one event, and then so many more, one at a time
 * as Lambda has it. Prints what that took as JSON. Arguments: bundle, file of the event, number of requests.
 */
import { readFileSync } from 'node:fs';

export interface PreQueueCost {
  /** From the start of the process to the first answer. */
  readonly firstMilliseconds: number;
  /** A request, once warm; absent if there was only one. */
  readonly cpuMilliseconds?: number;
  readonly wallMilliseconds?: number;
}

const WARM_UP_REQUESTS = 1000;
const [bundle = '', file = '', count = '0'] = process.argv.slice(2);

const { handler } = (await import(bundle)) as {
  handler: (event: unknown, context: object) => Promise<{ statusCode: number }>;
};
const text = readFileSync(file, 'utf8');
const request = async () => {
  const { statusCode } = await handler(JSON.parse(text), { getRemainingTimeInMillis: () => 10_000 });
  if (statusCode !== 200) throw new Error(`the function answers ${statusCode}`);
};

await request();
const firstMilliseconds = Date.now() - Number(process.env.STARTED_AT);
console.log(JSON.stringify({ firstMilliseconds, ...(Number(count) > 0 && (await warm(Number(count)))) }));
process.exit();

async function warm(requests: number): Promise<Partial<PreQueueCost>> {
  for (let i = 0; i < WARM_UP_REQUESTS; i++) await request();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  for (let i = 0; i < requests; i++) await request();
  const wallMilliseconds = (performance.now() - begin) / requests;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMilliseconds: (user + system) / 1000 / requests, wallMilliseconds };
}
