import type { Clock } from '../../../src/clock.ts';

interface Rate {
  /** "service:Command", or "service" for all of its calls. */
  readonly calls: string;
  readonly perSecond: number;
  readonly burst: number;
}

/** What AWS takes of an account in a region. (API Gateway quotas; Lambda quotas.) */
const RATES: readonly Rate[] = [
  { calls: 'apigateway:CreateDeployment', perSecond: 1 / 5, burst: 1 },
  { calls: 'apigateway:CreateRestApi', perSecond: 1 / 3, burst: 1 },
  { calls: 'apigateway:DeleteRestApi', perSecond: 1 / 30, burst: 1 },
  { calls: 'apigateway:CreateResource', perSecond: 5, burst: 5 },
  { calls: 'apigateway:GetResources', perSecond: 5 / 2, burst: 5 },
  { calls: 'apigateway', perSecond: 10, burst: 40 },
  { calls: 'lambda', perSecond: 15, burst: 15 },
];

/** Counts calls against the rates that AWS publishes. */
export class PublishedRates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the call is within the rates; it then counts. */
  take(service: string, command: string): boolean {
    // Reads of single functions and invocations have far higher rates of their own.
    if (service === 'lambda' && /^(Invoke|GetFunction)/.test(command)) return true;
    const rates = RATES.filter(({ calls }) => calls === service || calls === `${service}:${command}`);
    const buckets = rates.map((rate) => this.#filled(rate));
    if (buckets.some(({ tokens }) => tokens < 1)) return false;
    for (const bucket of buckets) bucket.tokens -= 1;
    return true;
  }

  #filled({ calls, perSecond, burst }: Rate): { tokens: number; at: number } {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(calls) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#buckets.set(calls, bucket);
    return bucket;
  }
}
