import type { CancelTimer, Clock } from '../clock.ts';
import { type Backoff, backoffSeconds } from './backoff.ts';
import type { Logger } from './logger.ts';

/**
 * Handles one key. It calls `forget` when all is well, `retry` when it failed, `addAfter` to be called again; when it
 * throws, that is logged and counts as `retry`. `signal` aborts when the queue can't wait any longer to stop.
 */
export type HandleKey = (key: string, signal: AbortSignal) => Promise<void>;

export interface Run {
  key: string;
  /** From when it was due until it began. */
  waitedSeconds: number;
  tookSeconds: number;
  threw: boolean;
}

export interface WorkQueueOptions {
  clock: Clock;
  logger: Logger;
  handle: HandleKey;
  /** Keys handled at once. */
  workers: number;
  backoff?: Backoff;
  /** For metrics. */
  onRun?: (run: Run) => void;
}

/**
 * Keys to look at, each once however often it is added, in the order they came, and never the same one twice at a
 * time: a key added while it is handled is handled once more afterwards. A run takes up every earlier request for
 * its key, delayed ones too; it decides anew when to look again.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #backoff: Backoff;
  /** Due keys in order, with when each became due. */
  readonly #due = new Map<string, number>();
  readonly #delayed = new Map<string, { at: number; cancel: CancelTimer }>();
  readonly #running = new Map<string, number>();
  /** Keys added while they were running. */
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #abort = new AbortController();
  #state: 'held' | 'started' | 'stopped' = 'held';
  #drained: (() => void) | undefined;
  #added = 0;
  #retried = 0;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? { firstSeconds: 1, maximumSeconds: 300 };
  }

  /** Keys that wait for a worker. */
  get depth(): number {
    return this.#due.size;
  }

  /** Keys that wait for their time. */
  get delayed(): number {
    return this.#delayed.size;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Requests so far, repeated ones too. */
  get added(): number {
    return this.#added;
  }

  get retried(): number {
    return this.#retried;
  }

  /** For how long the oldest run has been going on, in seconds; 0 when there is none. */
  get longestRunningSeconds(): number {
    const [oldest] = this.#running.values();
    return oldest === undefined ? 0 : (this.#options.clock.now() - oldest) / 1000;
  }

  /** How often in a row the key has failed. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Before this, keys gather and none is handled. */
  start(): void {
    if (this.#state !== 'held') return;
    this.#state = 'started';
    this.#pump();
  }

  /** As soon as a worker is free. */
  add(key: string): void {
    if (this.#state === 'stopped') return;
    this.#added += 1;
    if (this.#running.has(key)) this.#again.add(key);
    else if (!this.#due.has(key)) this.#due.set(key, this.#options.clock.now());
    this.#pump();
  }

  /** After `seconds`. When a time is set already, the earlier of the two holds. */
  addAfter(key: string, seconds: number): void {
    if (this.#state === 'stopped') return;
    if (seconds <= 0) {
      this.add(key);
      return;
    }
    // Node fires a timer that is set beyond 2^31 ms at once.
    const milliseconds = Math.min(seconds * 1000, 2 ** 31 - 1);
    const at = this.#options.clock.now() + milliseconds;
    const set = this.#delayed.get(key);
    if (set && set.at <= at) return;
    set?.cancel();
    const cancel = this.#options.clock.after(milliseconds, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { at, cancel });
  }

  /** After a wait that doubles with every failure in a row, with jitter, up to a maximum. At least `seconds`. */
  retry(key: string, seconds = 0): void {
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    this.#retried += 1;
    this.addAfter(key, Math.max(seconds, backoffSeconds(this.#backoff, failures, this.#options.clock)));
  }

  /** The key is well, or gone: its next failure is its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * Begins nothing more and waits for what is running. At the deadline the handlers' signal aborts, and the keys
   * that were then still running are returned; none in a clean stop.
   */
  async stop(deadlineSeconds: number): Promise<string[]> {
    this.#state = 'stopped';
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#due.clear();
    this.#again.clear();
    if (this.#running.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(deadlineSeconds * 1000, resolve);
        this.#drained = () => {
          cancel();
          resolve();
        };
      });
    }
    const left = [...this.#running.keys()];
    this.#abort.abort();
    return left;
  }

  #pump(): void {
    while (this.#state === 'started' && this.#running.size < this.#options.workers) {
      const [first] = this.#due;
      if (first === undefined) return;
      const [key, dueAt] = first;
      this.#due.delete(key);
      void this.#run(key, dueAt);
    }
  }

  async #run(key: string, dueAt: number): Promise<void> {
    const { clock, logger, handle, onRun } = this.#options;
    const startedAt = clock.now();
    this.#running.set(key, startedAt);
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
    let threw = false;
    try {
      await handle(key, this.#abort.signal);
    } catch (error) {
      threw = true;
      logger.error({ key, err: error }, 'handling a key threw; it is tried again');
      this.retry(key);
    }
    this.#running.delete(key);
    if (this.#again.delete(key)) this.#due.set(key, clock.now());
    onRun?.({
      key,
      waitedSeconds: (startedAt - dueAt) / 1000,
      tookSeconds: (clock.now() - startedAt) / 1000,
      threw,
    });
    if (this.#running.size === 0) this.#drained?.();
    this.#pump();
  }
}
