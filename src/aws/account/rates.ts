import { type Clock, sleep } from '../../clock.ts';

/** A token bucket: `perSecond` in the long run, `burst` at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * AWS's published rates of the control-plane calls that the operator makes, per account and region; half of it where
 * other tools are likely to share it. (API Gateway quotas; Lambda quotas; Request throttling for the Amazon EC2 API;
 * Systems Manager quotas; IAM has no published figure.) Keys are "service:Command" or "service".
 */
export const RATES: Readonly<Record<string, Rate>> = {
  'apigateway:CreateDeployment': { perSecond: 0.2, burst: 1 },
  'apigateway:CreateRestApi': { perSecond: 1 / 3, burst: 1 },
  'apigateway:DeleteRestApi': { perSecond: 1 / 30, burst: 1 },
  'apigateway:CreateResource': { perSecond: 5, burst: 5 },
  'apigateway:GetResources': { perSecond: 2.5, burst: 5 },
  apigateway: { perSecond: 10, burst: 40 },
  'lambda:GetFunction': { perSecond: 100, burst: 100 },
  'lambda:GetFunctionConfiguration': { perSecond: 100, burst: 100 },
  'lambda:Invoke': { perSecond: 50, burst: 50 },
  lambda: { perSecond: 15, burst: 15 },
  'ec2:Describe': { perSecond: 20, burst: 50 },
  ec2: { perSecond: 5, burst: 20 },
  iam: { perSecond: 15, burst: 60 },
  ssm: { perSecond: 10, burst: 20 },
  s3: { perSecond: 50, burst: 100 },
  sqs: { perSecond: 50, burst: 100 },
  'cloudwatch:PutMetricAlarm': { perSecond: 3, burst: 15 },
  cloudwatch: { perSecond: 9, burst: 20 },
  logs: { perSecond: 5, burst: 10 },
};

/** Which bucket a call draws from: the most specific one. */
export function rateKey(service: string, command: string): string {
  const specific = `${service}:${command}`;
  if (specific in RATES) return specific;
  const family = `${service}:${/^Describe/.exec(command)?.[0] ?? ''}`;
  return family in RATES ? family : service;
}

/** Token buckets of one account and region. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the call may go out. Callers are served in the order in which they asked. */
  async take(service: string, command: string): Promise<void> {
    const key = rateKey(service, command);
    const rate = RATES[key];
    if (!rate) return;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: rate.burst, at: now };
    this.#buckets.set(key, bucket);
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.at) / 1000) * rate.perSecond) - 1;
    bucket.at = now;
    // A negative balance is a place in the queue.
    if (bucket.tokens < 0) await sleep(this.#clock, (-bucket.tokens / rate.perSecond) * 1000);
  }
}
