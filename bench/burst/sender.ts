import { randomUUID } from 'node:crypto';
import { type Delivery, documentId, forged, githubDeliveries } from '../../local/github-deliveries.ts';

export const SECRET = 'a secret for the burst';
/** One in so many has a signature of someone who doesn't know the secret. */
export const FORGED_EVERY = 50;

const USUAL_BYTES = { least: 6000, most: 8500 };

/** Endless GitHub deliveries of the usual size, each an event of its own. */
export function sender(): () => { readonly delivery: Delivery; readonly documentId: string } {
  const genuine = githubDeliveries(SECRET).filter(
    ({ body }) => body.length > USUAL_BYTES.least && body.length < USUAL_BYTES.most,
  );
  const impostors = genuine.map(forged);
  let count = 0;
  return () => {
    count += 1;
    const from = count % FORGED_EVERY === 0 ? impostors : genuine;
    const example = from[count % from.length];
    if (example === undefined) throw new TypeError('there are examples of that size');
    const id = randomUUID();
    // GitHub signs the body alone: the id may be another.
    const delivery = { ...example, id, headers: { ...example.headers, 'x-github-delivery': id } };
    return { delivery, documentId: documentId(delivery) };
  };
}
