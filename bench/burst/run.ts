/**
 * A burst of webhooks through the two functions as deployed, run as Lambda would run them, without and with provisioned
 * concurrency, and what became of it. Exits with 1 if an event was accepted and isn't stored.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { claimNetwork } from '../../local/network-claim.ts';
import { Processes } from '../../local/processes.ts';
import { compiledScript, ownBundles } from '../bundles.ts';
import { optionsOrExit } from '../options-or-exit.ts';
import { startStore } from '../store.ts';
import { type BurstResult, runBurst } from './burst.ts';
import { drawBursts } from './chart.ts';
import { EnvironmentHost } from './environment-host.ts';
import { provisionedFor } from './littles-law.ts';
import { cores, environmentsInMemory } from './machine.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import type { Parts } from './pipeline.ts';
import { probeRate } from './probe.ts';
import { printProvisioned, printResult, printSetting, summary, tableOf } from './report.ts';
import { type Scale, scaleFor } from './scale.ts';
import { measureServiceTime } from './service-time.ts';
import { conclude } from './verdict.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.nami', 'bench-burst');
/** Beside what the bursts themselves take: the measurements before them, and the queues being emptied. */
const MAX_OTHER_SECONDS = 140;
const progress = (line: string) => console.error(line);

const options = optionsOrExit(readOptions, USAGE);
const processes = await Processes.open(folder, ({ name, logFile }) =>
  progress(`${name} has ended by itself; see ${logFile}`),
);
const network = await claimNetwork();
const environments = join(folder, 'environments');
// Each run has its own logs: an environment has the same name in every one.
rmSync(join(environments, 'logs'), { recursive: true, force: true });
const host = await EnvironmentHost.open(environments);
const runs = options.provisionedConcurrency === 0 ? 1 : 2;
const interruption = new Promise<number>((resolve) => {
  process.once('SIGINT', () => resolve(130));
  process.once('SIGTERM', () => resolve(143));
  const tooLate = () => {
    progress('this takes too long: given up');
    resolve(1);
  };
  setTimeout(tooLate, 1000 * (runs * options.seconds + MAX_OTHER_SECONDS)).unref();
});
try {
  process.exitCode = await Promise.race([measure(options), interruption]);
} finally {
  await host.stop();
  await processes.stop();
  network.release();
}
// An interrupted burst still holds timers and connections.
process.exit();

async function measure(options: Options): Promise<number> {
  const { rate: askedRate, seconds, plot } = options;
  const parts = await prepare();
  if (askedRate === undefined) progress('finding out what this machine carries');
  const rate = askedRate ?? (await probeRate(parts));
  const scale = scaleFor(rate, environmentsInMemory());
  printSetting(rate, askedRate !== undefined, scale, cores());

  const provisioned = await provisionedIn(options, parts, rate, scale);

  const results: BurstResult[] = [];
  const run = async (name: string, provisionedConcurrency: number) => {
    progress(`${name}: ${seconds} s of it, and until the queue is empty`);
    const result = await runBurst(parts, { name, rate, seconds, provisionedConcurrency, scale });
    printResult(result);
    results.push(result);
  };
  await run('on-demand', 0);
  if (provisioned > 0) await run('provisioned', provisioned);

  const file = plot ?? join(root, 'docs', 'burst.svg');
  writeFileSync(file, drawBursts(results));
  console.log(`plot: ${relative(process.cwd(), file)}\n\n${tableOf(results)}\n`);
  for (const result of results) console.log(summary(result));
  return conclude(results);
}

/** The provisioned concurrency of the second run, within what the scale allows. */
async function provisionedIn(
  { provisionedConcurrency: asked }: Options,
  parts: Parts,
  rate: number,
  scale: Scale,
): Promise<number> {
  if (asked !== undefined) return Math.min(asked, scale.executions);
  progress('measuring how long a request keeps an environment busy');
  const serviceSeconds = await measureServiceTime(parts, rate, scale);
  const chosen = Math.min(provisionedFor(rate, serviceSeconds), scale.executions);
  printProvisioned(chosen, rate, serviceSeconds, scale);
  return chosen;
}

async function prepare(): Promise<Parts> {
  const [storeUri, bundles, bootstrap] = await Promise.all([
    startStore(folder, processes, progress, network.cidr.replace('0.0/16', '0.4')),
    ownBundles(folder),
    compiledScript(join(import.meta.dirname, 'lambda-bootstrap.ts'), folder),
  ]);
  const { preQueue: preQueueBundle, postQueue: postQueueBundle } = bundles;
  return { host, preQueueBundle, postQueueBundle, bootstrap, storeUri };
}
