import type { Delivery } from './github-deliveries.ts';

/** What became of one request: the status that the sender saw, or 0 when there was no answer. */
export interface Answer {
  readonly delivery: Delivery;
  readonly status: number;
}

/** Posts all deliveries, `concurrency` at a time, each once. */
export async function sendBurst(
  url: string,
  deliveries: readonly Delivery[],
  concurrency: number,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const waiting = [...deliveries];
  const send = async () => {
    for (let delivery = waiting.shift(); delivery; delivery = waiting.shift()) {
      answers.push({ delivery, status: await post(url, delivery) });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, send));
  return answers;
}

async function post(url: string, { body, headers }: Delivery): Promise<number> {
  try {
    const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
