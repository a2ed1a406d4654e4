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
 * A function in as many processes as the scaling rule allows, beside those of its provisioned concurrency. An event goes
 * to an environment that is idle, a provisioned one first; else it starts one on demand and takes the first that gets
 * free, and is throttled where none may start: Lambda keeps no queue for synchronous invocations. (AWS: Lambda Developer
 * Guide, "Configuring provisioned concurrency for a function", "Lambda scaling behavior".)
 */
export class LambdaFunction {
  readonly #settings: LambdaFunctionSettings;
  readonly #host: EnvironmentHost;
  readonly #api: RuntimeApi;
  readonly #rule: ScalingRule;
  /** By name, with what resolves once its process has ended. */
  readonly #environments = new Map<string, Promise<void>>();
  readonly #provisioned = new Set<string>();
  readonly #idleProvisioned: string[] = [];
  /** The one used last is used first, as Lambda does. */
  readonly #idleOnDemand: string[] = [];
  readonly #waiting: ((environment: string | undefined) => void)[] = [];
  #started = 0;
  #invocations = 0;
  #spilledOver = 0;
  #busyMilliseconds = 0;
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

  /** Those of its provisioned concurrency. */
  get provisioned(): number {
    return this.#provisioned.size;
  }

  /** Environments that were started for an event. */
  get coldStarts(): number {
    return this.#started - this.#provisioned.size;
  }

  /** Events that an environment on demand took (CloudWatch: ProvisionedConcurrencySpilloverInvocations). */
  get spilledOver(): number {
    return this.#spilledOver;
  }

  /** How long an event kept its environment busy, on average. */
  get meanServiceSeconds(): number {
    return this.#busyMilliseconds / this.#invocations / 1000;
  }

  /** Provisioned concurrency: resolves once so many environments have loaded the function and wait for work. */
  async provision(count: number): Promise<void> {
    const all = Array.from({ length: count }, () => {
      this.#provisioned.add(this.#start());
      return this.#nextFree();
    });
    for (const environment of await Promise.all(all)) {
      if (environment === undefined) throw new Error(`${this.#settings.name} doesn't start: see its log`);
      this.#idleProvisioned.push(environment);
    }
  }

  async invoke(event: string): Promise<InvocationResult | Throttled> {
    const environment = this.#idleProvisioned.pop() ?? this.#idleOnDemand.pop() ?? (await this.#another());
    if (environment === 'throttled') return { kind: 'throttled' };
    if (environment === undefined) return { kind: 'failed', error: 'the environment has ended' };
    if (!this.#provisioned.has(environment)) this.#spilledOver += 1;
    const { timeoutSeconds } = this.#settings;
    const timer = setTimeout(() => this.#end(environment, 'timed out'), timeoutSeconds * 1000);
    const begin = performance.now();
    try {
      return await this.#api.invoke(environment, event, timeoutSeconds);
    } finally {
      clearTimeout(timer);
      this.#invocations += 1;
      this.#busyMilliseconds += performance.now() - begin;
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

  #start(): string {
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
    return name;
  }

  #free(name: string): void {
    this.#host.started(name);
    const next = this.#waiting.shift();
    if (next) next(name);
    else this.#idleOf(name).push(name);
  }

  #idleOf(name: string): string[] {
    return this.#provisioned.has(name) ? this.#idleProvisioned : this.#idleOnDemand;
  }

  async #end(name: string, reason: string): Promise<void> {
    const ended = this.#environments.get(name);
    this.#forget(name, reason);
    this.#host.kill(name);
    await ended;
  }

  #forget(name: string, reason: string): void {
    if (!this.#environments.delete(name)) return;
    const idle = this.#idleOf(name);
    const index = idle.indexOf(name);
    if (index >= 0) idle.splice(index, 1);
    this.#api.remove(name, reason);
    // Each that waits has started one, and there is one less to come.
    if (this.#waiting.length > this.#environments.size) this.#waiting.shift()?.(undefined);
  }
}
