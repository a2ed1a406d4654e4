import { type Clock, sleep } from '../clock.ts';
import { type Backoff, backoffSeconds } from './backoff.ts';
import type { KubernetesClient } from './client.ts';
import { isGone, isNotFound, KubernetesApiError } from './errors.ts';
import type { Logger } from './logger.ts';
import { isNewer, type KubernetesResource, keyOf, qualifiedName, type ResourceType } from './resource.ts';

/**
 * Called after the cache has changed: without `previous` the object is new, without `current` it is gone. It is to
 * enqueue a key and return; what it throws is logged and changes nothing.
 */
export type OnChange<T> = (key: string, previous: T | undefined, current: T | undefined) => void;

export interface ReflectorOptions<T extends KubernetesResource> {
  client: Pick<KubernetesClient, 'listAll' | 'watch'>;
  type: ResourceType<T>;
  /** Without it: all namespaces. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  clock: Clock;
  logger: Logger;
  onChange: OnChange<T>;
  /** A watch is asked to last between this and twice this. */
  watchSeconds?: number;
  /** A watch without an event or a bookmark for so long is taken for dead. */
  silenceSeconds?: number;
  backoff?: Backoff;
}

/** Why a watch was ended from here; it isn't a failure. */
class Silence extends Error {
  override readonly name = 'Silence';
}

/**
 * Keeps a copy of all objects of one type: lists them, then watches. It never gives up: what the network broke goes
 * on from the last version seen; what the server refused (410: too old) starts over with a list, which also finds
 * what was deleted meanwhile.
 */
export class Reflector<T extends KubernetesResource> {
  /** Resolves once the first list is in the cache and was reported; rejects when `run` ends before. */
  readonly synced: Promise<void>;
  readonly #options: ReflectorOptions<T>;
  readonly #watchSeconds: number;
  readonly #silenceSeconds: number;
  readonly #backoff: Backoff;
  readonly #cache = new Map<string, T>();
  readonly #name: string;
  readonly #settleSynced: { resolve: () => void; reject: (reason: unknown) => void };
  #resourceVersion: string | undefined;
  #failures = 0;
  /** When the loop did something last, in monotonic milliseconds. */
  #turnedAt: number;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#turnedAt = options.clock.monotonic();
    // client-go's 5 to 10 minutes; bookmarks come about once a minute.
    this.#watchSeconds = options.watchSeconds ?? 300;
    this.#silenceSeconds = options.silenceSeconds ?? 150;
    this.#backoff = options.backoff ?? { firstSeconds: 1, maximumSeconds: 30 };
    this.#name = qualifiedName(options.type);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => {}); // Nobody has to wait for it.
    this.synced = promise;
    this.#settleSynced = { resolve, reject };
  }

  /** The cached object by `namespace/name`. It is shared: not to be changed. */
  get(key: string): T | undefined {
    return this.#cache.get(key);
  }

  list(): T[] {
    return [...this.#cache.values()];
  }

  get size(): number {
    return this.#cache.size;
  }

  /**
   * For how long nothing has been heard or tried, in seconds. While the server is away it is tried again and again: only
   * a loop that hangs stands still for longer than a watch may be silent.
   */
  get standstillSeconds(): number {
    return (this.#options.clock.monotonic() - this.#turnedAt) / 1000;
  }

  /**
   * Takes what a write of ours returned, so that it is seen before the watch brings it. It is reported as any
   * change; ignored when the cache is ahead or the object is gone.
   */
  remember(object: T): void {
    const key = keyOf(object.metadata);
    const cached = this.#cache.get(key);
    if (cached && isSuccessor(object, cached)) this.#set(key, object);
  }

  /** Resolves when `signal` aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#turnedAt = this.#options.clock.monotonic();
      try {
        if (this.#resourceVersion === undefined) await this.#list(signal);
        else await this.#watch(signal, this.#resourceVersion);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
    this.#settleSynced.reject(signal.reason);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, type, namespace, labelSelector } = this.#options;
    const { items, resourceVersion } = await client.listAll(type, { namespace, labelSelector, signal });
    const listed = new Set<string>();
    for (const object of items) {
      const key = keyOf(object.metadata);
      listed.add(key);
      const cached = this.#cache.get(key);
      // Deleted and made again while nobody looked: two changes, not one.
      if (cached && cached.metadata.uid !== object.metadata.uid) this.#remove(key);
      this.#set(key, object);
    }
    for (const key of [...this.#cache.keys()]) if (!listed.has(key)) this.#remove(key);
    this.#resourceVersion = resourceVersion;
    this.#settleSynced.resolve();
  }

  async #watch(signal: AbortSignal, resourceVersion: string): Promise<void> {
    const { client, clock, type, namespace, labelSelector } = this.#options;
    const ended = new AbortController();
    const stop = () => ended.abort(signal.reason);
    signal.addEventListener('abort', stop);
    let cancelSilence = () => {};
    const heard = () => {
      this.#turnedAt = clock.monotonic();
      cancelSilence();
      cancelSilence = clock.after(this.#silenceSeconds * 1000, () => ended.abort(new Silence()));
    };
    const startedAt = clock.now();
    try {
      heard();
      const events = client.watch(type, {
        namespace,
        labelSelector,
        resourceVersion,
        timeoutSeconds: this.#watchSeconds * (1 + clock.random()),
        signal: ended.signal,
      });
      for await (const event of events) {
        heard();
        this.#failures = 0;
        if (event.type === 'BOOKMARK') {
          this.#resourceVersion = event.resourceVersion;
          continue;
        }
        const { object } = event;
        const key = keyOf(object.metadata);
        this.#resourceVersion = object.metadata.resourceVersion;
        if (event.type === 'DELETED') this.#remove(key, object);
        else this.#merge(key, object);
      }
    } finally {
      cancelSilence();
      signal.removeEventListener('abort', stop);
    }
    // A server (or a proxy on the way) that ends every watch at once would otherwise be asked without a pause.
    if (clock.now() - startedAt < 1000) throw new Error('the watch ended as soon as it had begun');
    this.#failures = 0;
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    if (error instanceof Silence) {
      logger.info(
        { resource: this.#name, silenceSeconds: this.#silenceSeconds },
        'watch was silent; watching anew',
      );
      return;
    }
    const refusal = error instanceof KubernetesApiError ? error : undefined;
    // A server that is busy or starting has said nothing about the version; a list would only add to its load.
    if (refusal && refusal.status !== 429 && refusal.status !== 503) this.#resourceVersion = undefined;
    this.#failures += 1;
    const backoff = backoffSeconds(this.#backoff, this.#failures, clock);
    const waitSeconds = Math.max(refusal?.retryAfterSeconds ?? 0, backoff);
    const message = error instanceof Error ? error.message : String(error);
    const details = { resource: this.#name, error: message, failures: this.#failures, waitSeconds };
    if (isGone(error)) logger.info(details, 'the watch is too old; listing again');
    else if (isNotFound(error))
      logger.warn(details, 'the server lacks this type; install its CustomResourceDefinition');
    else logger.warn(details, 'list or watch failed; trying again');
    await sleep(clock, waitSeconds * 1000, signal);
  }

  /** A watch that goes on after a write of ours brings versions that the cache is past. */
  #merge(key: string, object: T): void {
    const cached = this.#cache.get(key);
    const isSame = cached?.metadata.uid === object.metadata.uid;
    if (cached && isSame && isNewer(versionOf(cached), versionOf(object))) return;
    this.#set(key, object);
  }

  #set(key: string, object: T): void {
    const previous = this.#cache.get(key);
    // The largest part of most objects, and nobody here reads it.
    delete object.metadata.managedFields;
    this.#cache.set(key, object);
    if (previous && versionOf(previous) === versionOf(object)) return;
    this.#report(key, previous, object);
  }

  #remove(key: string, last?: T): void {
    const previous = this.#cache.get(key);
    if (!this.#cache.delete(key)) return;
    this.#report(key, last ?? previous, undefined);
  }

  #report(key: string, previous: T | undefined, current: T | undefined): void {
    try {
      this.#options.onChange(key, previous, current);
    } catch (error) {
      this.#options.logger.error(
        { resource: this.#name, key, err: error },
        'a callback of the reflector threw',
      );
    }
  }
}

function versionOf(object: KubernetesResource): string | undefined {
  return object.metadata.resourceVersion;
}

function isSuccessor(object: KubernetesResource, cached: KubernetesResource): boolean {
  return object.metadata.uid === cached.metadata.uid && isNewer(versionOf(object), versionOf(cached));
}
