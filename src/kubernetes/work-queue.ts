import type { CancelTimer, Clock } from '../clock.ts';
import { type Backoff, backoffSeconds } from './backoff.ts';
import type { Logger } from './logger.ts';

/**
 * Handles one key. It calls `forget` when all is well, `retry` when it failed, `addAfter` to be called again; when it
 * throws, that is logged and counts as `retry`. `signal` aborts when what it does can't or should not be waited for: at the
 * deadline of a stop, and where the key is asked for more urgently meanwhile.
 */
export type HandleKey = (key: string, signal: AbortSignal) => Promise<void>;

/** Why a key is due. */
export type Urgency = keyof typeof URGENCIES;

/**
 * `headStart` is how many seconds earlier than it was due a key counts, so that nothing ever starves; `spare` how many
 * workers beyond their number it may use, or leaves free where it is negative.
 */
const URGENCIES = {
  /** Never seen before: a moment's work, which waits for nobody. */
  new: { headStart: 600, spare: 1 },
  /** All others may wait for it. */
  shared: { headStart: 600, spare: 2 },
  /** On its way: what was begun is finished before more is begun. */
  begun: { headStart: 300, spare: 0 },
  /** Somebody wants something of it. */
  changed: { headStart: 0, spare: 0 },
  /** Nothing happened: looked at all the same, never by the last free worker, and by few of them. */
  routine: { headStart: -300, spare: -1 },
  /** Seen, and not begun: waits for all that is on its way, unless that takes hours. */
  unbegun: { headStart: -7200, spare: 0 },
} as const;

/** Workers that routine may use at once: some of them may be held up for long. */
const forRoutine = (workers: number): number => Math.max(2, Math.ceil(workers / 2));

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

/** A run that goes on. */
interface Running extends Due {
  /** In monotonic milliseconds. */
  readonly since: number;
  readonly ending: AbortController;
}

interface Due {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly urgency: Urgency;
}

const isMore = (one: Urgency, other: Urgency): boolean =>
  URGENCIES[one].headStart > URGENCIES[other].headStart;

/** When a key would be due if all were equally urgent: the lower, the sooner it is handled. */
const rankOf = ({ at, urgency }: Due): number => at - URGENCIES[urgency].headStart * 1000;

/**
 * Keys to look at, each once however often it is added, the more urgent ones first and else in the order they came, and
 * never the same one twice at a time: a key added while it is handled is handled once more afterwards. A run takes up
 * every earlier request for its key, delayed ones too; it decides anew when to look again.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #backoff: Backoff;
  readonly #due = new Map<string, Due>();
  readonly #delayed = new Map<string, Due & { cancel: CancelTimer }>();
  readonly #running = new Map<string, Running>();
  /** Keys added while they were running. */
  readonly #again = new Map<string, Due>();
  readonly #failures = new Map<string, number>();
  #state: 'held' | 'started' | 'stopped' = 'held';
  #drained: (() => void) | undefined;
  /** When a run began or ended last, in monotonic milliseconds. */
  #movedAt: number;
  #added = 0;
  #retried = 0;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#movedAt = options.clock.monotonic();
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

  /** The keys that are being handled. */
  get runningKeys(): readonly string[] {
    return [...this.#running.keys()];
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
    return oldest === undefined ? 0 : this.#secondsSince(oldest.since);
  }

  /** For how long all runs have been going on, together. */
  get unfinishedSeconds(): number {
    return [...this.#running.values()].reduce((sum, { since }) => sum + this.#secondsSince(since), 0);
  }

  /** For how long no run has begun or ended although keys wait, in seconds. */
  get standstillSeconds(): number {
    return this.#state === 'started' && this.#due.size > 0 ? this.#secondsSince(this.#movedAt) : 0;
  }

  /** How often in a row the key has failed. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Before this, keys gather and none is handled. */
  start(): void {
    if (this.#state !== 'held') return;
    this.#state = 'started';
    this.#movedAt = this.#options.clock.monotonic();
    this.#pump();
  }

  /** As soon as a worker is free. Of several requests for one key, those for a later time among them, the most urgent holds. */
  add(key: string, urgency: Urgency = 'changed'): void {
    if (this.#state === 'stopped') return;
    this.#added += 1;
    const running = this.#running.get(key);
    const waiting = running ? this.#again : this.#due;
    const known = waiting.get(key);
    const later = this.#delayed.get(key)?.urgency ?? urgency;
    const asked = { at: this.#options.clock.now(), urgency: isMore(later, urgency) ? later : urgency };
    if (!known || rankOf(asked) < rankOf(known)) waiting.set(key, asked);
    if (running && isMore(asked.urgency, running.urgency)) running.ending.abort();
    this.#pump();
  }

  /** After `seconds`. When a time is set already, the earlier of the two holds. */
  addAfter(key: string, seconds: number, urgency: Urgency = 'changed'): void {
    if (this.#state === 'stopped') return;
    if (seconds <= 0) {
      this.add(key, urgency);
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
      this.add(key, urgency);
    });
    this.#delayed.set(key, { at, urgency, cancel });
  }

  /** After a wait that doubles with every failure in a row, with jitter, up to a maximum, or to `atMostSeconds`. */
  retry(key: string, atMostSeconds = Number.POSITIVE_INFINITY): void {
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    this.#retried += 1;
    const seconds = backoffSeconds(this.#backoff, failures, this.#options.clock);
    this.addAfter(key, Math.min(atMostSeconds, seconds));
  }

  /** The key is well, or gone: its next failure is its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * Begins nothing more and waits for what is running. At the deadline the handlers' signal aborts, and the keys
   * that were then still running are returned; none in a clean stop.
   */
  async stop(deadlineSeconds: number): Promise<readonly string[]> {
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
    for (const { ending } of this.#running.values()) ending.abort();
    return this.runningKeys;
  }

  #secondsSince(moment: number): number {
    return (this.#options.clock.monotonic() - moment) / 1000;
  }

  #pump(): void {
    while (this.#state === 'started') {
      const next = this.#next();
      if (!next) return;
      const [key, due] = next;
      this.#due.delete(key);
      void this.#run(key, due);
    }
  }

  /** The first key in rank for whose urgency a worker is free. */
  #next(): [string, Due] | undefined {
    const { workers } = this.#options;
    const routine = [...this.#running.values()].filter(({ urgency }) => urgency === 'routine');
    const isFull = routine.length >= forRoutine(workers);
    let first: [string, Due] | undefined;
    for (const entry of this.#due) {
      const [, due] = entry;
      if (due.urgency === 'routine' && isFull) continue;
      // One worker alone can't be left free.
      const allowed = Math.max(1, workers + URGENCIES[due.urgency].spare);
      if (this.#running.size < allowed && (!first || rankOf(due) < rankOf(first[1]))) first = entry;
    }
    return first;
  }

  async #run(key: string, due: Due): Promise<void> {
    const { clock, logger, handle, onRun } = this.#options;
    const waitedSeconds = (clock.now() - due.at) / 1000;
    const startedAt = clock.monotonic();
    this.#movedAt = startedAt;
    const ending = new AbortController();
    this.#running.set(key, { ...due, since: startedAt, ending });
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
    let threw = false;
    try {
      await handle(key, ending.signal);
    } catch (error) {
      threw = true;
      logger.error({ key, err: error }, 'handling a key threw; it is tried again');
      this.retry(key);
    }
    this.#running.delete(key);
    this.#movedAt = clock.monotonic();
    const again = this.#again.get(key);
    if (again) this.#due.set(key, again);
    this.#again.delete(key);
    onRun?.({
      key,
      waitedSeconds,
      tookSeconds: this.#secondsSince(startedAt),
      threw,
    });
    if (this.#running.size === 0) this.#drained?.();
    this.#pump();
  }
}
