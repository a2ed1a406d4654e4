import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningProcess } from './processes.ts';
import type { LocalStack } from './stack.ts';

/** The operator as it is shipped. */
const BUNDLE = fileURLToPath(new URL('../dist/operator.mjs', import.meta.url));

/**
 * Starts the operator against a local stack, as a process of its own that ends with the stack. `environment` holds
 * further settings.
 */
export async function startOperator(
  stack: LocalStack,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningProcess> {
  return await stack.processes.start({
    name: 'operator',
    command: process.execPath,
    args: [BUNDLE],
    environment: { PATH: dirname(process.execPath), ...stack.environment, ...environment },
    ready: async () => (await readFile(operatorLog(stack), 'utf8')).includes('the Nami operator runs'),
  });
}

/** The file that holds what the operator logs. */
export const operatorLog = ({ folder }: LocalStack): string => join(folder, 'logs', 'operator.log');
