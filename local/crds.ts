import { fileURLToPath } from 'node:url';
import { kubectl } from './kubectl.ts';
import type { LocalStack } from './stack.ts';

const FOLDER = fileURLToPath(new URL('../crds/', import.meta.url));

/** For `kubectl wait --for`: its own `condition=Established` fails while the server has written no condition yet. */
export const ESTABLISHED = 'jsonpath={.status.conditions[?(@.type=="Established")].status}=True';

/** Gives a stack's API server the custom resource, and waits until it serves it; what kubectl says of the first. */
export async function applyCrds(stack: LocalStack): Promise<string> {
  const said = await kubectl(stack, 'apply', '--server-side', '-f', FOLDER);
  await kubectl(stack, 'wait', `--for=${ESTABLISHED}`, '--timeout=30s', '-f', FOLDER);
  return said;
}
