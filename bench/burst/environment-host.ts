import { Worker } from 'node:worker_threads';
import type { ProcessDescription } from '../../local/processes.ts';

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

/**
 * Runs the environments' processes from a thread of its own: to start one blocks the thread that does it until the
 * system gets to it, and while dozens start at once no request would be sent or answered.
 */
export class EnvironmentHost {
  readonly #worker: Worker;
  readonly #onEnd = new Map<string, () => void>();
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
      else {
        this.#onEnd.get(report.name)?.();
        this.#onEnd.delete(report.name);
      }
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
    this.#ask({ kind: 'start', description });
    return promise;
  }

  kill(name: string): void {
    this.#ask({ kind: 'kill', name });
  }

  /** Ends all processes. */
  async stop(): Promise<void> {
    this.#ask({ kind: 'stop' });
    await this.#stopped.promise;
  }

  #ask(request: HostRequest): void {
    this.#worker.postMessage(request);
  }
}
