import type { Pipeline } from './pipeline.ts';
import type { Tally } from './tally.ts';

export const SAMPLES_A_SECOND = 5;

/** How things stood at one moment; counts are since the begin. */
export interface Sample {
  readonly seconds: number;
  readonly sent: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly queueDepth: number;
  readonly environments: number;
  /** Of them: ready before the burst. */
  readonly provisioned: number;
  readonly documents: number;
}

/** Looks five times a second. The store is asked again only once it has answered. */
export function startSampling({ preQueue, queue, countDocuments }: Pipeline, tally: Tally) {
  const samples: Sample[] = [];
  const begin = performance.now();
  let documents = 0;
  let asking = false;
  const look = () => {
    if (!asking) {
      asking = true;
      countDocuments()
        .then((count) => {
          documents = count;
        })
        .catch(() => {})
        .finally(() => {
          asking = false;
        });
    }
    samples.push({
      seconds: (performance.now() - begin) / 1000,
      sent: tally.sent,
      answers: Object.fromEntries(tally.answers),
      queueDepth: queue.depth,
      environments: preQueue.environments,
      provisioned: preQueue.provisioned,
      documents,
    });
  };
  look();
  const timer = setInterval(look, 1000 / SAMPLES_A_SECOND);
  return {
    stop: (): readonly Sample[] => {
      clearInterval(timer);
      return samples;
    },
  };
}
