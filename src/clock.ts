import { randomBytes } from 'node:crypto';

/** Stops a timer that has not fired; harmless afterwards. */
export type CancelTimer = () => void;

/**
 * Time, timers and randomness: everything in `src/` takes them from here, so that the whole operator can run
 * on virtual time.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds since some moment of the past: unlike {@link now}, nobody sets them. They go on while the process is stopped. */
  monotonic(): number;
  /** Runs `callback` once, `milliseconds` from now. */
  after(milliseconds: number, callback: () => void): CancelTimer;
  /** A number in [0, 1), for jitter. */
  random(): number;
  /** Cryptographically strong bytes, for secrets. */
  randomBytes(length: number): Uint8Array;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  randomBytes: (length) => randomBytes(length),
};

/** Resolves after `milliseconds`, or at once when `signal` aborts (it never rejects: the caller looks at the signal). */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(milliseconds, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** The RFC 3339 form that Kubernetes writes for a time (whole seconds, UTC). */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** For those who want a moment (milliseconds since the Unix epoch) as an object. */
export const dateOf = (milliseconds: number): Date => new Date(milliseconds);

/** The inverse of {@link rfc3339}: milliseconds since the Unix epoch. */
export function fromRfc3339(text: string): number {
  return Date.parse(text);
}
