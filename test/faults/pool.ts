import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Answer } from './worker.ts';

/** Runs scenarios on all processors, and tells of each as it ends. `isEnough` ends it early. */
export async function runAll(
  ids: readonly string[],
  onAnswer: (answer: Answer) => void,
  isEnough: () => boolean = () => false,
): Promise<void> {
  const waiting = [...ids];
  const lane = async () => {
    const worker = new Worker(new URL('worker.ts', import.meta.url));
    try {
      for (let id = waiting.shift(); id !== undefined && !isEnough(); id = waiting.shift()) {
        worker.postMessage(id);
        onAnswer(await answerOf(worker));
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), ids.length) }, lane));
}

const answerOf = (worker: Worker): Promise<Answer> =>
  new Promise((resolve, reject) => {
    worker.once('message', (answer: Answer) => {
      worker.off('error', reject);
      resolve(answer);
    });
    worker.once('error', reject);
  });
