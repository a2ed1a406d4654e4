import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LocalStackError } from './local-stack-error.ts';
import type { LocalStack } from './stack.ts';

const run = promisify(execFile);

/** Runs the stack's kubectl as its administrator and returns what it prints. Fails with what it complains of. */
export async function kubectl(stack: LocalStack, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run(stack.kubectl, args, {
      env: { KUBECONFIG: stack.kubeconfig, HOME: stack.folder },
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new LocalStackError(`kubectl ${args.join(' ')}: ${stderr?.trim() || message}`, { cause: error });
  }
}
