import type { CancelTimer, Clock } from '../clock.ts';

/** Nobody asks why a call that is over was ended: to make a reason each time takes longer than the rest of it. */
const ENDED = new Error('the call is over');

/** A call's deadline by the clock, joined with the caller's signal. */
export class CallScope {
  readonly deadlineSeconds: number;
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #end: number;
  readonly #caller: AbortSignal | undefined;
  readonly #cancelTimer: CancelTimer;
  isPastDeadline = false;

  constructor(clock: Clock, deadlineSeconds: number, caller: AbortSignal | undefined) {
    this.#clock = clock;
    this.deadlineSeconds = deadlineSeconds;
    this.#end = clock.now() + deadlineSeconds * 1000;
    this.#caller = caller;
    this.#cancelTimer = clock.after(deadlineSeconds * 1000, () => {
      this.isPastDeadline = true;
      this.#controller.abort();
    });
    if (caller?.aborted) this.#follow();
    caller?.addEventListener('abort', this.#follow);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  remainingSeconds(): number {
    return (this.#end - this.#clock.now()) / 1000;
  }

  liftDeadline(): void {
    this.#cancelTimer();
  }

  /** Also ends what is still being read: a watch that nobody iterates any more lets its connection go. */
  end(): void {
    this.#cancelTimer();
    this.#caller?.removeEventListener('abort', this.#follow);
    this.#controller.abort(ENDED);
  }

  readonly #follow = () => this.#controller.abort(this.#caller?.reason);
}
