import { applyCrds } from '../../local/crds.ts';
import { secantusDatabases } from '../../local/database.ts';
import { startOperator } from '../../local/operator.ts';
import type { RunningProcess } from '../../local/processes.ts';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import { preparePython } from '../../local/tools/python.ts';
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

  /** Starts a MongoDB of the user's own beside the stack, and answers its URI. */
  async startOwnDatabase(): Promise<string> {
    const { processes, folder, environment } = this.stack;
    const address = environment.NAMI_NETWORK_CIDR?.replace('0.0/16', '200.1') ?? '';
    const startDatabase = secantusDatabases(await preparePython(processes, () => {}), processes);
    await startDatabase({
      instanceId: 'own',
      address,
      volume: `${folder}/volumes/own`,
      user: 'own',
      password: 'own',
    });
    return `mongodb://own:own@${address}:27017/?authSource=admin&directConnection=true`;
  }

  async stop(): Promise<void> {
    await this.stack.stop();
  }
}
