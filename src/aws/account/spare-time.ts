import { AsyncLocalStorage } from 'node:async_hooks';
import { RequeueAfter } from './errors.ts';

interface Scope {
  readonly isSpare: boolean;
  /** Aborts when what is done in spare time is not worth its while any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Calls that may wait, told from those that somebody waits for: whoever makes them need not know. */
const scope = new AsyncLocalStorage<Scope>();

/** Whether the calls that are made now take what others leave of AWS's rates. */
export const isSpareTime = (): boolean => scope.getStore()?.isSpare === true;

/** Does `work` as if nobody had begun it in spare time: others come to wait for it, too. */
export const forEverybody = <T>(work: () => Promise<T>): Promise<T> => scope.run({ isSpare: false }, work);

/** What `waiting` comes to; RequeueAfter once the spare time in which it is waited for is over. */
export async function unlessInterrupted<T>(waiting: Promise<T>): Promise<T> {
  const signal = scope.getStore()?.signal;
  if (!signal) return await waiting;
  const { promise: interruption, reject } = Promise.withResolvers<never>();
  const interrupt = () => reject(new RequeueAfter(0, 'is looked at anew'));
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await Promise.race([interruption, waiting]);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

/** Pieces of work that use an account's spare time at once: while AWS's rates hold these up, workers are left for others. */
const AT_ONCE = 2;

/** What is left of an account's rates by those who need it now. */
export class SpareTime {
  #users = 0;

  /** Whether so many use it that what can wait does. */
  get isTaken(): boolean {
    return this.#users >= AT_ONCE;
  }

  /** Does `work`, whose calls go out after those of others, and none of them once `signal` has aborted. */
  async use<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#users += 1;
    try {
      return await scope.run({ isSpare: true, signal }, work);
    } finally {
      this.#users -= 1;
    }
  }
}
