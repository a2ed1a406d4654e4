import { LAMBDA_NEW_EXECUTIONS_SECONDS, type Scale } from './scale.ts';

/**
 * When Lambda adds an environment to a function: so many every ten seconds and so many in all. What isn't used of the
 * first comes back evenly over the time and doesn't add up (AWS: "Lambda scaling behavior").
 */
export class ScalingRule {
  readonly #scale: Scale;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  constructor(scale: Scale, now: () => number) {
    this.#scale = scale;
    this.#now = now;
    this.#tokens = scale.newExecutions;
    this.#at = now();
  }

  /** Whether one more may start beside those that exist; counts it if so. */
  takeOne(existing: number): boolean {
    const { executions, newExecutions } = this.#scale;
    const now = this.#now();
    const back = ((now - this.#at) / 1000) * (newExecutions / LAMBDA_NEW_EXECUTIONS_SECONDS);
    this.#tokens = Math.min(newExecutions, this.#tokens + back);
    this.#at = now;
    if (existing >= executions || this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
