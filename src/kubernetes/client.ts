import { type Clock, sleep } from '../clock.ts';
import { readLines, readText } from './body.ts';
import { CallScope } from './call-scope.ts';
import { isGone, KubernetesApiError, ServerUnreachableError, type StatusBody } from './errors.ts';
import { laterSeconds, refusalOf } from './refusal.ts';
import {
  apiVersionOf,
  type KubernetesResource,
  type ObjectMeta,
  type ObjectRef,
  pathOf,
  type ResourceType,
} from './resource.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

export interface CallOptions {
  /** Ends the call early; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Bounds the whole call, waits that the server asked for included. Default: the client's. */
  deadlineSeconds?: number | undefined;
}

export interface ListOptions extends CallOptions {
  /** Without it: all namespaces. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Objects a page. */
  limit?: number | undefined;
}

export interface Page<T> {
  items: T[];
  /** The state that the list shows; a watch from here misses nothing. */
  resourceVersion: string;
  /** Set when there is more: give it to the next `list`. It is good for about five minutes. */
  continue: string | undefined;
}

export interface WatchOptions {
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  resourceVersion: string;
  /** When the server is to end the stream. */
  timeoutSeconds: number;
  signal?: AbortSignal | undefined;
}

export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  | { type: 'BOOKMARK'; resourceVersion: string };

/** One request to the server and how it was answered. */
export interface RequestObservation {
  /** Of the server. */
  readonly host: string;
  readonly method: TransportRequest['method'];
  /** The HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** Until the answer began. */
  readonly seconds: number;
}

export interface ClientOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly deadlineSeconds?: number | undefined;
  /** For metrics. */
  readonly onRequest?: ((observation: RequestObservation) => void) | undefined;
}

/** What `apply` sends: the fields that the manager owns and no others. */
export type Owned = { metadata: Partial<ObjectMeta> & { name: string } } & Record<string, unknown>;

export interface ApplyOptions extends CallOptions {
  /** Who owns the fields. */
  fieldManager: string;
  /** Takes fields over from other managers instead of answering with a conflict. Default true. */
  force?: boolean;
  subresource?: 'status';
}

export interface DeleteOptions extends CallOptions {
  /** Delete only this incarnation. */
  uid?: string;
}

const pageSize = 500;

/**
 * The few calls that the operator makes of a Kubernetes API server. Each has a deadline. Each rejects with
 * {@link KubernetesApiError} when the server refused and {@link ServerUnreachableError} when it didn't answer.
 *
 * A 429, and a 503 with Retry-After, is waited out and tried again while the deadline allows: the server did
 * nothing yet. Nothing else is tried again here; the callers back off by themselves.
 *
 * A client has one transport and so one pool of connections. A lease takes a second client over a transport of its
 * own, with a short deadline: a renewal then never waits behind other calls.
 */
export class KubernetesClient {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #deadlineSeconds: number;
  readonly #onRequest: ClientOptions['onRequest'];

  constructor(options: ClientOptions) {
    this.#transport = options.transport;
    this.#clock = options.clock;
    this.#deadlineSeconds = options.deadlineSeconds ?? 30;
    this.#onRequest = options.onRequest;
  }

  get serverUrl(): string {
    return this.#transport.serverUrl;
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  /** A document that is no object, such as the schema of what is served. */
  read<T>(path: string, options: CallOptions = {}): Promise<T> {
    return this.#call(options, { method: 'GET', path });
  }

  get<T extends KubernetesResource>(
    type: ResourceType<T>,
    ref: ObjectRef,
    options: CallOptions = {},
  ): Promise<T> {
    return this.#call(options, { method: 'GET', path: pathOf(type, ref) });
  }

  /** One page. A stale `continue` is a 410. */
  async list<T extends KubernetesResource>(
    type: ResourceType<T>,
    options: ListOptions & { continue?: string | undefined } = {},
  ): Promise<Page<T>> {
    const query = { ...selection(options), limit: options.limit, continue: options.continue };
    const body = await this.#call<ListBody<T>>(options, {
      method: 'GET',
      path: pathOf(type, options) + queryOf(query),
    });
    return {
      // A list's items come without the two fields that its head already says.
      items: (body.items ?? []).map((item) => ({ ...item, apiVersion: apiVersionOf(type), kind: type.kind })),
      resourceVersion: body.metadata?.resourceVersion ?? '',
      continue: body.metadata?.continue || undefined,
    };
  }

  /** All pages. When a continue token has grown too old on the way, once more in one piece. */
  async listAll<T extends KubernetesResource>(
    type: ResourceType<T>,
    options: ListOptions = {},
  ): Promise<{ items: T[]; resourceVersion: string }> {
    const items: T[] = [];
    let next: string | undefined;
    try {
      for (;;) {
        const page = await this.list(type, { ...options, limit: options.limit ?? pageSize, continue: next });
        items.push(...page.items);
        if (page.continue === undefined) return { items, resourceVersion: page.resourceVersion };
        next = page.continue;
      }
    } catch (error) {
      if (next === undefined || !isGone(error)) throw error;
      return this.list(type, { ...options, limit: undefined });
    }
  }

  /**
   * What changes after `resourceVersion`, until the server ends the stream (then the iteration ends) or it breaks
   * (then it throws). An ERROR event is thrown as the same {@link KubernetesApiError} that the HTTP status would
   * have been, so that 410 is one case and not two. The deadline holds for the answer to begin, not for the stream:
   * a watcher keeps its own bound on silence.
   */
  async *watch<T extends KubernetesResource>(
    type: ResourceType<T>,
    options: WatchOptions,
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const query = {
      ...selection(options),
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion,
      timeoutSeconds: Math.ceil(options.timeoutSeconds),
    };
    const scope = this.#begin(options);
    try {
      const response = await this.#send(scope, {
        method: 'GET',
        path: pathOf(type, options) + queryOf(query),
      });
      scope.liftDeadline();
      for await (const line of readLines(response.body)) yield watchEvent(this.#parse<WatchLine<T>>(line));
    } catch (error) {
      throw this.#explain(error, scope);
    } finally {
      scope.end();
    }
  }

  create<T extends KubernetesResource>(
    type: ResourceType<T>,
    object: Omit<T, 'apiVersion' | 'kind'>,
    options: CallOptions = {},
  ): Promise<T> {
    const body = { apiVersion: apiVersionOf(type), kind: type.kind, ...object };
    const path = pathOf(type, { namespace: body.metadata.namespace });
    return this.#call(options, { method: 'POST', path, body, contentType: 'application/json' });
  }

  /** Puts the object in the place of the one that is there; one of another `metadata.resourceVersion` is a conflict (409). */
  replace<T extends KubernetesResource>(
    type: ResourceType<T>,
    object: Omit<T, 'apiVersion' | 'kind'>,
    options: CallOptions = {},
  ): Promise<T> {
    const body = { apiVersion: apiVersionOf(type), kind: type.kind, ...object };
    const path = pathOf(type, object.metadata);
    return this.#call(options, { method: 'PUT', path, body, contentType: 'application/json' });
  }

  /**
   * Server-side apply: the object gets the given fields, and loses those that this manager gave before and gives
   * no longer. With `subresource: 'status'` the object must exist (else 404).
   */
  apply<T extends KubernetesResource>(
    type: ResourceType<T>,
    object: Owned,
    options: ApplyOptions,
  ): Promise<T> {
    // The server refuses an apply whose body doesn't say apiVersion and kind, although the path does.
    const body = { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
    const path = pathOf(type, {
      namespace: object.metadata.namespace,
      name: object.metadata.name,
      subresource: options.subresource,
    });
    const query = queryOf({ fieldManager: options.fieldManager, force: options.force ?? true });
    // JSON is YAML; the server knows apply by this media type only.
    return this.#call(options, {
      method: 'PATCH',
      path: path + query,
      body,
      contentType: 'application/apply-patch+yaml',
    });
  }

  /**
   * JSON merge patch: `null` removes a field, a list is replaced as a whole. Give `metadata.resourceVersion` with
   * any list that others write to as well: a stale one is then a conflict (409) and erases nothing.
   */
  patch<T extends KubernetesResource>(
    type: ResourceType<T>,
    ref: ObjectRef,
    body: Record<string, unknown>,
    options: CallOptions & { subresource?: 'status' } = {},
  ): Promise<T> {
    const path = pathOf(type, { ...ref, subresource: options.subresource });
    return this.#call(options, { method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
  }

  /** Asks for the deletion; finalizers may hold the object for longer. */
  async delete<T extends KubernetesResource>(
    type: ResourceType<T>,
    ref: ObjectRef,
    options: DeleteOptions = {},
  ): Promise<void> {
    const body = options.uid === undefined ? {} : { preconditions: { uid: options.uid } };
    await this.#call(options, {
      method: 'DELETE',
      path: pathOf(type, ref),
      body,
      contentType: 'application/json',
    });
  }

  async #call<R>(options: CallOptions, request: Outgoing): Promise<R> {
    const scope = this.#begin(options);
    try {
      const response = await this.#send(scope, request);
      return this.#parse<R>(await readText(response.body));
    } catch (error) {
      throw this.#explain(error, scope);
    } finally {
      scope.end();
    }
  }

  /** Sends until there is an answer that isn't "later"; rejects when that is a refusal. */
  async #send(scope: CallScope, outgoing: Outgoing): Promise<TransportResponse> {
    const request: TransportRequest = {
      method: outgoing.method,
      path: outgoing.path,
      headers: { accept: 'application/json' },
      signal: scope.signal,
    };
    if (outgoing.body !== undefined) {
      request.body = JSON.stringify(outgoing.body);
      request.headers['content-type'] = outgoing.contentType ?? 'application/json';
    }
    for (;;) {
      scope.signal.throwIfAborted();
      const response = await this.#observed(request);
      if (response.status >= 200 && response.status < 300) return response;
      const refusal = refusalOf(response, await readText(response.body), request);
      const waitSeconds = laterSeconds(refusal);
      if (waitSeconds === undefined || waitSeconds >= scope.remainingSeconds()) throw refusal;
      // A little more than asked for, so that all who were turned away don't return at once.
      await sleep(this.#clock, waitSeconds * 1000 * (1 + this.#clock.random() / 4), scope.signal);
    }
  }

  async #observed(request: TransportRequest): Promise<TransportResponse> {
    const startedAt = this.#clock.monotonic();
    let status: number | undefined;
    try {
      const response = await this.#transport.request(request);
      status = response.status;
      return response;
    } finally {
      const seconds = (this.#clock.monotonic() - startedAt) / 1000;
      const host = URL.parse(this.serverUrl)?.host ?? this.serverUrl;
      this.#onRequest?.({ host, method: request.method, status, seconds });
    }
  }

  #parse<R>(text: string): R {
    try {
      return JSON.parse(text) as R;
    } catch (cause) {
      const detail = `answered with something that isn't JSON (${JSON.stringify(text.slice(0, 80))}); check that the URL is an API server's`;
      throw new ServerUnreachableError(this.serverUrl, detail, { cause });
    }
  }

  #begin(options: CallOptions): CallScope {
    return new CallScope(this.#clock, options.deadlineSeconds ?? this.#deadlineSeconds, options.signal);
  }

  /** What was interrupted shows as whatever the transport makes of it; here it gets the reason. */
  #explain(error: unknown, scope: CallScope): unknown {
    if (error instanceof KubernetesApiError) return error;
    if (scope.isPastDeadline) {
      const detail = `no answer within ${scope.deadlineSeconds} s; check that it is up and not overloaded`;
      return new ServerUnreachableError(this.serverUrl, detail, { cause: error });
    }
    return scope.signal.aborted ? scope.signal.reason : error;
  }
}

interface Outgoing {
  method: TransportRequest['method'];
  path: string;
  body?: object;
  contentType?: string;
}

interface ListBody<T> {
  items?: T[];
  metadata?: { resourceVersion?: string; continue?: string };
}

interface WatchLine<T> {
  type: string;
  object: T & StatusBody;
}

function selection(options: { labelSelector?: string | undefined; fieldSelector?: string | undefined }) {
  return { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
}

function queryOf(parameters: Record<string, string | number | boolean | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}

function watchEvent<T extends KubernetesResource>({ type, object }: WatchLine<T>): WatchEvent<T> {
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object };
    case 'BOOKMARK':
      return { type, resourceVersion: object.metadata.resourceVersion ?? '' };
    default:
      throw new KubernetesApiError({
        status: object.code ?? 500,
        reason: object.reason ?? '',
        message: object.message ?? `the watch ended with an event of type ${type}`,
        retryAfterSeconds: object.details?.retryAfterSeconds,
      });
  }
}
