import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { kubectl } from './kubectl.ts';
import { LocalStackError } from './local-stack-error.ts';
import type { LocalStack } from './stack.ts';

const FOLDER = fileURLToPath(new URL('../crds/', import.meta.url));

/** Gives a stack's API server the custom resource, and waits until it serves it; what kubectl says of the first. */
export async function applyCrds(stack: LocalStack): Promise<string> {
  const said = await kubectl(stack, 'apply', '--server-side', '-f', FOLDER);
  await established(async (...args) => await kubectl(stack, ...args));
  return said;
}

const SECONDS = 30;

/**
 * Waits until the custom resource is served. `kubectl wait` can't: it fails while the server has written no condition
 * yet, whether it is asked for a condition or for a path.
 */
export async function established(kubectl: (...args: string[]) => Promise<string>): Promise<void> {
  for (const deadline = Date.now() + SECONDS * 1000; Date.now() < deadline; await sleep(100)) {
    const definition = await kubectl('get', '-f', FOLDER, '-o', 'json');
    if (conditionsOf(definition).some(({ type, status }) => type === 'Established' && status === 'True'))
      return;
  }
  throw new LocalStackError(`the custom resource is not served within ${SECONDS} s`);
}

function conditionsOf(json: string): { type: string; status: string }[] {
  const found = JSON.parse(json) as { items?: Definition[] } & Definition;
  return (found.items ?? [found]).flatMap(({ status }) => status?.conditions ?? []);
}

interface Definition {
  readonly status?: { readonly conditions?: { type: string; status: string }[] };
}
