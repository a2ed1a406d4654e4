import { applyCrds } from '../../local/crds.ts';
import { startOperator } from '../../local/operator.ts';
import type { RunningProcess } from '../../local/processes.ts';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import { User } from '../user.ts';

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
      return new System(stack, await startOperator(stack, environment), environment);
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

  async stop(): Promise<void> {
    await this.stack.stop();
  }
}
