import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** One HTTP request as GitHub sends it. */
export interface Delivery {
  /** GitHub's id of the event; the same for each time that it is sent. */
  readonly id: string;
  readonly event: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const HOOK_ID = '292430182';

/**
 * Real payloads of GitHub (npm `@octokit/webhooks-examples`), each signed with `secret` as GitHub does it.
 * (GitHub Docs: Validating webhook deliveries.)
 */
export function githubDeliveries(secret: string): Delivery[] {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples');
  const kinds = JSON.parse(readFileSync(file, 'utf8')) as { name: string; examples: unknown[] }[];
  return kinds.flatMap(({ name, examples }) =>
    examples.map((example) => signed(name, Buffer.from(JSON.stringify(example)), secret)),
  );
}

function signed(event: string, body: Buffer, secret: string): Delivery {
  const id = randomUUID();
  return {
    id,
    event,
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-event': event,
      'x-github-delivery': id,
      'x-github-hook-id': HOOK_ID,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
  };
}

/** The same delivery as an impostor sends it: right in all but the signature. */
export function forged(delivery: Delivery): Delivery {
  const signature = `sha256=${createHmac('sha256', 'a guess').update(delivery.body).digest('hex')}`;
  return { ...delivery, headers: { ...delivery.headers, 'x-hub-signature-256': signature } };
}

/** The `_id` under which the event of a delivery is stored. */
export const documentId = ({ id }: Delivery): string => `GitHub:${HOOK_ID}:${id}`;
