import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Delivery, githubDeliveries } from '../../local/github-deliveries.ts';
import { freePort } from '../../local/ports.ts';
import { type Bundle, compiledScript, ownBundles } from '../bundles.ts';
import { gatewayEvent } from '../gateway-event.ts';
import { preQueueEnvironment } from '../pre-queue-environment.ts';
import { type Bench, median, runLimited, startServer } from './bench.ts';
import { peerBundle } from './peer-bundle.ts';
import type { PreQueueCost } from './pre-queue-process.ts';

export interface PreQueueResult {
  readonly name: string;
  readonly bundleKB: number;
  readonly cpuMilliseconds: number;
  readonly wallMilliseconds: number;
  readonly firstMilliseconds: number;
}

const SECRET = 'a secret for the benchmark';
const BODY_BYTES = 7 * 1024;
const ROUNDS = 3;
const REQUESTS = 500;
const MORE_COLD_STARTS = 2;
const SERVER_SECONDS = 170;

/** Ours first, then the peers; the runs alternate, so that what else the machine does meets all of them. */
export async function measurePreQueue(bench: Bench): Promise<PreQueueResult[]> {
  const { folder, progress } = bench;
  const bundles = new Map<string, Bundle>([['ours', (await ownBundles(folder)).preQueue]]);
  const add = (name: string, bundle: Bundle | undefined) => bundle && bundles.set(name, bundle);
  add('SQSClient', await peerBundle('sqs-client.ts', folder));
  const withMiddy = add('SQSClient + Middy', await peerBundle('middy.ts', folder));
  if (!withMiddy) progress('SQSClient + Middy is left out: @middy/core is not installed');

  const port = await freePort();
  const queue = await startServer(bench, {
    name: 'queue',
    port,
    seconds: SERVER_SECONDS,
    ready: async () =>
      (await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: '{"MessageBody":""}' })).ok,
  });
  const script = await compiledScript(join(import.meta.dirname, 'pre-queue-process.ts'), folder);
  const event = join(folder, 'event.json');
  writeFileSync(event, JSON.stringify(gatewayEvent(usualDelivery())));
  const environment = preQueueEnvironment(`http://127.0.0.1:${port}`, SECRET);
  const costs = new Map([...bundles.keys()].map((name) => [name, [] as PreQueueCost[]]));
  const measure = async (requests: number) => {
    for (const [name, { path }] of bundles) {
      const args = [script, path, event, String(requests)];
      costs.get(name)?.push(await runLimited<PreQueueCost>(bench, 0, args, environment));
    }
  };
  for (let round = 1; round <= ROUNDS; round++) {
    progress(`pre-queue, round ${round} of ${ROUNDS}`);
    await measure(REQUESTS);
  }
  for (let start = 0; start < MORE_COLD_STARTS; start++) await measure(0);
  await queue.stop();

  return [...bundles].map(([name, { bytes }]) => {
    const all = costs.get(name) ?? [];
    const middle = (key: keyof PreQueueCost) =>
      median(all.map((cost) => cost[key]).filter((value) => value !== undefined));
    return {
      name,
      bundleKB: bytes / 1024,
      cpuMilliseconds: middle('cpuMilliseconds'),
      wallMilliseconds: middle('wallMilliseconds'),
      firstMilliseconds: middle('firstMilliseconds'),
    };
  });
}

/** GitHub's example payload that is nearest to 7 KB. */
function usualDelivery(): Delivery {
  const distance = ({ body }: { body: Buffer }) => Math.abs(body.length - BODY_BYTES);
  const [delivery] = githubDeliveries(SECRET).sort((one, other) => distance(one) - distance(other));
  if (delivery === undefined) throw new TypeError('there are examples');
  return delivery;
}
