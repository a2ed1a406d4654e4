import type { Clock } from '../../clock.ts';
import { type Fence, FencedError } from '../../fence.ts';

/**
 * Open for as long as a lease was renewed not too long ago. It reckons by the monotonic clock at each call, not by a
 * timer: a process that was stopped wakes up with its timers still to fire.
 */
export class LeaseFence implements Fence {
  readonly #clock: Clock;
  readonly #deadlineSeconds: number;
  readonly #onShut: () => void;
  #renewedAt: number | undefined;

  /** `onShut` is called when a call finds a lease that is too old. */
  constructor(clock: Clock, deadlineSeconds: number, onShut: () => void) {
    this.#clock = clock;
    this.#deadlineSeconds = deadlineSeconds;
    this.#onShut = onShut;
  }

  /** How long ago the lease was renewed, in seconds; undefined while it is not held. */
  get age(): number | undefined {
    return this.#renewedAt === undefined ? undefined : (this.#clock.monotonic() - this.#renewedAt) / 1000;
  }

  /** The lease was renewed by a request that was sent at that moment (monotonic milliseconds): before its answer came. */
  renewed(sentAt: number): void {
    this.#renewedAt = sentAt;
  }

  /** Nothing goes out any more. */
  shut(): void {
    this.#renewedAt = undefined;
  }

  check(): void {
    const { age } = this;
    if (age !== undefined && age < this.#deadlineSeconds) return;
    if (age !== undefined) this.#onShut();
    throw new FencedError('this operator does not lead: the call was not sent');
  }
}
