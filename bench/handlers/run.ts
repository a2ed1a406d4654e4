/**
 * What the two functions cost, beside handlers as one writes them with the usual libraries, measured in one run and
 * in turn on this machine. The last line is JSON for programs; each ratio is the peer's by ours, above 1 is better.
 */
import { join } from 'node:path';
import { Processes } from '../../local/processes.ts';
import { CpuShares, SHARE_OF_256_MB } from './cpu-share.ts';
import { goalsOf } from './goals.ts';
import { CONCURRENCY, measurePostQueue } from './post-queue.ts';
import { measurePreQueue } from './pre-queue.ts';
import { printCapacity, printGoals, printPostQueue, printPreQueue } from './report.ts';

const folder = join(import.meta.dirname, '..', '..', '.nami', 'bench-handlers');
const progress = (line: string) => console.error(line);

const shares = CpuShares.open(CONCURRENCY, SHARE_OF_256_MB);
const processes = await Processes.open(folder, ({ name, logFile }) =>
  progress(`${name} has ended by itself; see ${logFile}`),
);

const interruption = new Promise<number>((resolve) => {
  process.once('SIGINT', () => resolve(130));
  process.once('SIGTERM', () => resolve(143));
});
try {
  process.exitCode = await Promise.race([measure(), interruption]);
} finally {
  await processes.stop();
  shares?.close();
}
// An interrupted measurement may still hold a timer or a connection.
process.exit();

async function measure(): Promise<number> {
  const percent = (100 * SHARE_OF_256_MB).toFixed(1);
  console.log(
    shares
      ? `Each function has ${percent} % of a core, as one of 256 MB in Lambda (cgroup quota).`
      : 'No cgroup quota can be set here (it takes root on Linux): the functions have all the CPU there is.',
  );
  const bench = { folder, processes, shares, progress };
  const preQueue = await measurePreQueue(bench);
  const postQueue = await measurePostQueue(bench);
  const [ours, sqsClient] = preQueue;
  if (ours === undefined || sqsClient === undefined) throw new TypeError('two are always measured');

  printPreQueue(preQueue);
  printCapacity(ours);
  printPostQueue(postQueue);
  printGoals(goalsOf(ours, sqsClient, postQueue.ours));
  const round = (value: number) => Number(value.toFixed(2));
  const pre = {
    cpuMilliseconds: round(ours.cpuMilliseconds),
    cpuRatio: round(sqsClient.cpuMilliseconds / ours.cpuMilliseconds),
    coldRatio: round(sqsClient.firstMilliseconds / ours.firstMilliseconds),
    bundleKB: round(ours.bundleKB),
  };
  const post = {
    cpuMilliseconds: round(postQueue.ours.cpuMilliseconds),
    cpuWithStoreMilliseconds: round(postQueue.ours.cpuWithStoreMilliseconds),
    throughputRatio: round(postQueue.ours.eventsPerSecond / postQueue.insertOne.eventsPerSecond),
    duplicates: postQueue.ours.duplicates,
  };
  console.log(JSON.stringify({ pre, post }));
  return 0;
}
