import { Worker } from 'node:worker_threads';
import type { ProcessDescription } from '../../local/processes.ts';
import { cores } from './machine.ts';

/** Without what can't be handed to a thread. */
export type EnvironmentDescription = Omit<ProcessDescription, 'ready'>;

export type HostRequest =
  | { readonly kind: 'start'; readonly description: EnvironmentDescription }
  | { readonly kind: 'kill'; readonly name: string }
  | { readonly kind: 'stop' };

export type HostReport =
  | { readonly kind: 'open' }
  | { readonly kind: 'ended'; readonly name: string }
  | { readonly kind: 'stopped' };

/** In Lambda a cold start has a CPU of its own; here all of them at once would leave none to those that serve. */
export const STARTS_AT_A_TIME = Math.max(1, cores() - 1);

/**
 * Runs the environments' processes from a thread of its own: to start one blocks the thread that does it until the
 * system gets to it, and while dozens start at once no request would be sent or answered.
 */
export class EnvironmentHost {
  readonly #worker: Worker;
  readonly #onEnd = new Map<string, () => void>();
  readonly #starting = new Set<string>();
  /** Those that wait for their turn to start. */
  readonly #line: EnvironmentDescription[] = [];
  readonly #open = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();

  private constructor(folder: string) {
    this.#worker = new Worker(new URL('./environment-worker.ts', import.meta.url), {
      workerData: { folder },
    });
    this.#worker.on('error', this.#open.reject);
    this.#worker.on('exit', () => this.#stopped.resolve());
    this.#worker.on('message', (report: HostReport) => {
      if (report.kind === 'open') this.#open.resolve();
      else if (report.kind === 'stopped') this.#stopped.resolve();
      else this.#ended(report.name);
    });
  }

  static async open(folder: string): Promise<EnvironmentHost> {
    const host = new EnvironmentHost(folder);
    await host.#open.promise;
    return host;
  }

  /** Resolves once the process has ended, for whatever reason. */
  run(description: EnvironmentDescription): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onEnd.set(description.name, resolve);
    this.#line.push(description);
    this.#startNext();
    return promise;
  }

  /** One has loaded its function: the next in line may start. */
  started(name: string): void {
    if (this.#starting.delete(name)) this.#startNext();
  }

  kill(name: string): void {
    const place = this.#line.findIndex((description) => description.name === name);
    if (place < 0) {
      this.#ask({ kind: 'kill', name });
      return;
    }
    this.#line.splice(place, 1);
    this.#ended(name);
  }

  /** Ends all processes. */
  async stop(): Promise<void> {
    this.#ask({ kind: 'stop' });
    await this.#stopped.promise;
  }

  #startNext(): void {
    while (this.#starting.size < STARTS_AT_A_TIME) {
      const description = this.#line.shift();
      if (description === undefined) return;
      this.#starting.add(description.name);
      this.#ask({ kind: 'start', description });
    }
  }

  #ended(name: string): void {
    this.#onEnd.get(name)?.();
    this.#onEnd.delete(name);
    this.started(name);
  }

  #ask(request: HostRequest): void {
    this.#worker.postMessage(request);
  }
}
