import { setTimeout as sleep } from 'node:timers/promises';
import { deliver } from './api-gateway.ts';
import { openPipeline, type Parts } from './pipeline.ts';
import { sender } from './sender.ts';

const ENVIRONMENTS = 12;
const SECONDS = 5;
const MAX_DRAIN_SECONDS = 15;
/** Of what was answered when nothing but the machine limited it: cold starts need a part of it too. */
const SHARE_OF_ACCEPTED = 0.6;
/** A burst that comes faster than it is stored is what a queue is for; but the run must end. */
const SHARE_OF_STORED = 1.5;

/** Requests a second that this machine carries, all parts of the pipeline on it: found with warm environments. */
export async function probeRate(parts: Parts): Promise<number> {
  const scale = { divisor: 1, executions: ENVIRONMENTS, newExecutions: ENVIRONMENTS };
  const pipeline = await openPipeline(parts, 'probe', scale);
  const { preQueue, queue } = pipeline;
  try {
    await preQueue.provision(ENVIRONMENTS);
    const next = sender();
    const begin = performance.now();
    const elapsed = () => (performance.now() - begin) / 1000;
    let answered = 0;
    const sendInTurn = async () => {
      while (elapsed() < SECONDS) {
        await deliver(next().delivery, preQueue);
        answered += 1;
      }
    };
    await Promise.all(Array.from({ length: ENVIRONMENTS }, sendInTurn));
    while (queue.depth > 0 && elapsed() < SECONDS + MAX_DRAIN_SECONDS) await sleep(20);
    const storedRate = (answered - queue.depth) / elapsed();
    const rate = Math.min((SHARE_OF_ACCEPTED * answered) / SECONDS, SHARE_OF_STORED * storedRate);
    return Math.max(10, Math.floor(rate / 10) * 10);
  } finally {
    await pipeline.stop();
  }
}
