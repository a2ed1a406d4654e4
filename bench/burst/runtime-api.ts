import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type LoopbackServer, serveLoopback } from '../loopback-server.ts';

/** What a function made of an event: its answer as text, or that it failed. */
export type InvocationResult =
  | { readonly kind: 'response'; readonly text: string }
  | { readonly kind: 'failed'; readonly error: string };

interface Invocation {
  readonly id: string;
  readonly settle: (result: InvocationResult) => void;
  result?: InvocationResult;
}

interface Environment {
  readonly onReady: () => void;
  waiting?: ServerResponse | undefined;
  invocation?: Invocation | undefined;
}

const PATH =
  /^\/([\w-]+)\/2018-06-01\/runtime\/(?:invocation\/(?:(next)|([\w-]+)\/(response|error))|init\/error)$/;

/**
 * Lambda's runtime API for many environments: each has a path of its own, and one invocation at a time. An invocation
 * is over when the environment asks for the next (AWS: "Lambda execution environment lifecycle", invoke phase).
 */
export class RuntimeApi {
  readonly #environments = new Map<string, Environment>();
  readonly #server: LoopbackServer;

  private constructor(server: LoopbackServer) {
    this.#server = server;
  }

  static async open(): Promise<RuntimeApi> {
    const server = await serveLoopback(({ url = '' }, body, response) => api.#answer(url, body, response));
    const api = new RuntimeApi(server);
    return api;
  }

  /** The address for one environment (`AWS_LAMBDA_RUNTIME_API`); `onReady` is called whenever it asks for work. */
  add(name: string, onReady: () => void): string {
    this.#environments.set(name, { onReady });
    return `${this.#server.address}/${name}`;
  }

  /** An environment that has ended; what it was at fails. */
  remove(name: string, reason: string): void {
    const environment = this.#environments.get(name);
    this.#environments.delete(name);
    const invocation = environment?.invocation;
    invocation?.settle(invocation.result ?? { kind: 'failed', error: reason });
  }

  /** Hands an event to an environment that has asked for one. */
  invoke(name: string, event: string, timeoutSeconds: number): Promise<InvocationResult> {
    const environment = this.#environments.get(name);
    const response = environment?.waiting;
    if (environment === undefined || response === undefined) {
      return Promise.resolve({ kind: 'failed', error: `${name} doesn't wait for work` });
    }
    environment.waiting = undefined;
    const id = randomUUID();
    const { promise, resolve: settle } = Promise.withResolvers<InvocationResult>();
    environment.invocation = { id, settle };
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': id,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + timeoutSeconds * 1000),
    });
    response.end(event);
    return promise;
  }

  close(): void {
    this.#server.close();
  }

  #answer(url: string, body: string, response: ServerResponse): void {
    const [, name = '', next, id, outcome] = PATH.exec(url) ?? [];
    const environment = this.#environments.get(name);
    if (environment === undefined) {
      response.writeHead(403).end();
    } else if (next !== undefined) {
      const { invocation } = environment;
      environment.invocation = undefined;
      environment.waiting = response;
      environment.onReady();
      invocation?.settle(invocation.result ?? { kind: 'failed', error: 'no answer was given' });
    } else {
      const { invocation } = environment;
      response.writeHead(202).end();
      if (invocation?.id !== id || invocation === undefined) return;
      invocation.result =
        outcome === 'response' ? { kind: 'response', text: body } : { kind: 'failed', error: body };
    }
  }
}
