import { sendBurst } from '../../local/burst.ts';
import { type Delivery, documentId, githubDeliveries } from '../../local/github-deliveries.ts';
import type { WebhookPipeline } from '../../src/api/v1alpha1.ts';
import { eventually, type User } from '../user.ts';

/** A sender that posts one delivery after the other until it is stopped; it then answers what it sent. */
export function startTraffic(url: string, secret: string): { stop(): Promise<Delivery[]> } {
  const deliveries = githubDeliveries(secret);
  const sent: Delivery[] = [];
  const refused: number[] = [];
  let isOver = false;
  const sending = (async () => {
    for (let index = 0; !isOver && index < deliveries.length; index += 1) {
      const [answer] = await sendBurst(url, deliveries.slice(index, index + 1), 1);
      if (answer?.status === 200) sent.push(answer.delivery);
      else refused.push(answer?.status ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await sending;
      if (refused.length > 0) throw new Error(`senders were answered ${refused.join(', ')}`);
      return sent;
    },
  };
}

/** Posts some deliveries, each of which must be taken. */
export async function post(url: string, secret: string, count = 20): Promise<Delivery[]> {
  const answers = await sendBurst(url, githubDeliveries(secret).slice(0, count), 4);
  const refused = answers.filter(({ status }) => status !== 200);
  if (refused.length > 0)
    throw new Error(`senders were answered ${refused.map(({ status }) => status).join(', ')}`);
  return answers.map(({ delivery }) => delivery);
}

/** Waits until every delivery is a document of the pipeline's store. */
export async function stored(
  user: User,
  pipeline: WebhookPipeline,
  deliveries: readonly Delivery[],
): Promise<void> {
  const wanted = deliveries.map(documentId);
  await eventually(
    `${wanted.length} events are stored`,
    async () => {
      const ids = new Set(await user.storedIds(pipeline));
      return wanted.every((id) => ids.has(id));
    },
    60,
  );
}

export function urlOf({ status }: WebhookPipeline): string {
  const url = status?.endpoint?.url;
  if (url === undefined) throw new Error('the pipeline has no endpoint');
  return url;
}
