import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { applyCrds } from '../../local/crds.ts';
import { startOperator } from '../../local/operator.ts';
import type { RunningProcess } from '../../local/processes.ts';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import { actionsOf, allowedActions } from '../iam-actions.ts';
import { User } from '../user.ts';

/** The operator's own, so that its calls are told from those of functions and hosts. */
const ACCESS_KEY = 'operator';

/** The operator against the local stack, and how a user and a test speak to them. */
export class System extends User {
  readonly #environment: Readonly<Record<string, string>>;
  operator: RunningProcess;

  private constructor(
    stack: LocalStack,
    operator: RunningProcess,
    environment: Readonly<Record<string, string>>,
  ) {
    super(stack);
    this.operator = operator;
    this.#environment = environment;
  }

  static async start(name: string, environment: Readonly<Record<string, string>> = {}): Promise<System> {
    const stack = await startLocalStack({ folder: `.nami/test-${name}` });
    try {
      await applyCrds(stack);
      const settings = { AWS_ACCESS_KEY_ID: ACCESS_KEY, ...environment };
      return new System(stack, await startOperator(stack, settings), settings);
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Ends the operator as a crash would, and starts another. */
  async crashOperator(): Promise<void> {
    await this.operator.kill();
    await this.startOperator();
  }

  async startOperator(): Promise<void> {
    this.operator = await startOperator(this.stack, this.#environment);
  }

  /** The actions of IAM that the operator has called since the proxy was last cleared. */
  calledActions(): Set<string> {
    const own = this.stack.proxy.calls.filter(({ accessKeyId }) => accessKeyId === ACCESS_KEY);
    return new Set(own.flatMap(({ service, action }) => actionsOf(service, action)));
  }

  /** Ends all, and fails where the operator has called what its IAM policy does not allow: the emulators enforce none. */
  async stop(): Promise<void> {
    const allowed = allowedActions(JSON.parse(readFileSync('deploy/iam/operator-policy.json', 'utf8')));
    const called = [...this.calledActions()];
    await this.stack.stop();
    expect(called.filter((action) => !allowed.has(action))).toEqual([]);
  }
}
