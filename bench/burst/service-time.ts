import { setTimeout as sleep } from 'node:timers/promises';
import { deliver } from './api-gateway.ts';
import { arrive } from './arrivals.ts';
import { openPipeline, type Parts } from './pipeline.ts';
import type { Scale } from './scale.ts';
import { sender } from './sender.ts';

const SECONDS = 5;

/**
 * How long a request keeps an environment busy, in seconds, at the asked rate and with environments in plenty:
 * as CloudWatch's Duration would show it of a burst without cold starts.
 */
export async function measureServiceTime(parts: Parts, rate: number, scale: Scale): Promise<number> {
  const pipeline = await openPipeline(parts, 'service-time', scale);
  const { preQueue } = pipeline;
  try {
    await preQueue.provision(scale.executions);
    const next = sender();
    let open = 0;
    const send = async () => {
      open += 1;
      await deliver(next().delivery, preQueue);
      open -= 1;
    };
    await arrive(rate, SECONDS, () => void send());
    while (open > 0) await sleep(20);
    return preQueue.meanServiceSeconds;
  } finally {
    await pipeline.stop();
  }
}
