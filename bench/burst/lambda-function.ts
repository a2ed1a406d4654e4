import { dirname } from 'node:path';
import type { EnvironmentHost } from './environment-host.ts';
import type { InvocationResult, RuntimeApi } from './runtime-api.ts';
import type { ScalingRule } from './scaling-rule.ts';

export interface LambdaFunctionSettings {
  readonly name: string;
  /** `…/index.mjs` */
  readonly bundle: string;
  readonly bootstrap: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutSeconds: number;
}

/** There is no environment for the event, and none may be added: Lambda's 429. */
export interface Throttled {
  readonly kind: 'throttled';
}

/**
 * A function in as many processes as the scaling rule allows. An event goes to an environment that is idle; else it
 * starts one and takes the first that gets free, and is throttled where none may start: Lambda keeps no queue for
 * synchronous invocations.
 */
export class LambdaFunction {
  readonly #settings: LambdaFunctionSettings;
  readonly #host: EnvironmentHost;
  readonly #api: RuntimeApi;
  readonly #rule: ScalingRule;
  /** By name, with what resolves once its process has ended. */
  readonly #environments = new Map<string, Promise<void>>();
  /** The one used last is used first, as Lambda does. */
  readonly #idle: string[] = [];
  readonly #waiting: ((environment: string | undefined) => void)[] = [];
  #started = 0;
  #stopped = false;

  constructor(settings: LambdaFunctionSettings, host: EnvironmentHost, api: RuntimeApi, rule: ScalingRule) {
    this.#settings = settings;
    this.#host = host;
    this.#api = api;
    this.#rule = rule;
  }

  /** Those that start included. */
  get environments(): number {
    return this.#environments.size;
  }

  get coldStarts(): number {
    return this.#started;
  }

  /** Resolves once so many environments wait for work, as with provisioned concurrency. */
  async prewarm(count: number): Promise<void> {
    const all = Array.from({ length: count }, () => {
      this.#start();
      return this.#nextFree();
    });
    for (const environment of await Promise.all(all)) {
      if (environment === undefined) throw new Error(`${this.#settings.name} doesn't start: see its log`);
      this.#idle.push(environment);
    }
  }

  async invoke(event: string): Promise<InvocationResult | Throttled> {
    const environment = this.#idle.pop() ?? (await this.#another());
    if (environment === 'throttled') return { kind: 'throttled' };
    if (environment === undefined) return { kind: 'failed', error: 'the environment has ended' };
    const { timeoutSeconds } = this.#settings;
    const timer = setTimeout(() => this.#end(environment, 'timed out'), timeoutSeconds * 1000);
    try {
      return await this.#api.invoke(environment, event, timeoutSeconds);
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#environments.keys()].map((name) => this.#end(name, 'stopped')));
  }

  async #another(): Promise<string | undefined | 'throttled'> {
    if (this.#stopped || !this.#rule.takeOne(this.#environments.size)) return 'throttled';
    this.#start();
    return this.#nextFree();
  }

  #nextFree(): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#waiting.push(resolve);
    return promise;
  }

  #start(): void {
    this.#started += 1;
    const { name: functionName, bundle, bootstrap, environment } = this.#settings;
    const name = `${functionName}-${this.#started}`;
    const address = this.#api.add(name, () => this.#free(name));
    const ended = this.#host.run({
      name,
      command: process.execPath,
      args: [bootstrap],
      environment: {
        ...environment,
        AWS_LAMBDA_FUNCTION_NAME: functionName,
        AWS_LAMBDA_RUNTIME_API: address,
        LAMBDA_TASK_ROOT: dirname(bundle),
        _HANDLER: 'index.handler',
      },
    });
    this.#environments.set(name, ended);
    void ended.then(() => this.#forget(name, 'the process has ended'));
  }

  #free(name: string): void {
    const next = this.#waiting.shift();
    if (next) next(name);
    else this.#idle.push(name);
  }

  async #end(name: string, reason: string): Promise<void> {
    const ended = this.#environments.get(name);
    this.#forget(name, reason);
    this.#host.kill(name);
    await ended;
  }

  #forget(name: string, reason: string): void {
    if (!this.#environments.delete(name)) return;
    const index = this.#idle.indexOf(name);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#api.remove(name, reason);
    // Each that waits has started one, and there is one less to come.
    if (this.#waiting.length > this.#environments.size) this.#waiting.shift()?.(undefined);
  }
}
