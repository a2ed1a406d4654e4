import type { Clock } from '../../../src/clock.ts';

interface Rate {
  /** "service:Command"; what no such row names falls under "service:Describe*" or "service:*". */
  readonly calls: string;
  readonly perSecond: number;
  readonly burst: number;
  /** Its calls share one bucket; else each command has one. */
  readonly isShared?: true;
  /** It counts even what another row names. */
  readonly isTotal?: true;
}

/**
 * What AWS takes of an account in a region. (Amazon API Gateway quotas; Lambda quotas; "Request throttling for the Amazon
 * EC2 API"; CloudWatch Logs quotas; CloudWatch service quotas; Route 53 quotas; AWS Tag Editor service quotas.)
 */
const RATES: readonly Rate[] = [
  { calls: 'apigateway:CreateDeployment', perSecond: 1 / 5, burst: 1 },
  { calls: 'apigateway:CreateRestApi', perSecond: 1 / 3, burst: 1 },
  { calls: 'apigateway:DeleteRestApi', perSecond: 1 / 30, burst: 1 },
  { calls: 'apigateway:CreateResource', perSecond: 5, burst: 5 },
  { calls: 'apigateway:DeleteResource', perSecond: 5, burst: 5 },
  { calls: 'apigateway:CreateDomainName', perSecond: 1 / 30, burst: 1 },
  { calls: 'apigateway:UpdateDomainName', perSecond: 1 / 30, burst: 1 },
  { calls: 'apigateway:DeleteDomainName', perSecond: 1 / 30, burst: 1 },
  { calls: 'apigateway:GetResources', perSecond: 5 / 2, burst: 5 },
  { calls: 'apigateway:*', perSecond: 10, burst: 40, isShared: true, isTotal: true },
  { calls: 'tag:GetResources', perSecond: 15, burst: 15 },
  { calls: 'route53:*', perSecond: 5, burst: 5, isShared: true },
  { calls: 'lambda:Invoke', perSecond: 100, burst: 100 },
  { calls: 'lambda:GetFunction', perSecond: 100, burst: 100 },
  { calls: 'lambda:GetPolicy', perSecond: 15, burst: 15 },
  { calls: 'lambda:*', perSecond: 15, burst: 15, isShared: true },
  { calls: 'ec2:RunInstances', perSecond: 2, burst: 5 },
  { calls: 'ec2:Describe*', perSecond: 20, burst: 100 },
  { calls: 'ec2:*', perSecond: 5, burst: 50 },
  { calls: 'logs:CreateLogGroup', perSecond: 10, burst: 10 },
  { calls: 'logs:DeleteLogGroup', perSecond: 10, burst: 10 },
  { calls: 'logs:DescribeLogGroups', perSecond: 10, burst: 10 },
  { calls: 'logs:*', perSecond: 5, burst: 5 },
  { calls: 'cloudwatch:DescribeAlarms', perSecond: 9, burst: 9 },
  { calls: 'cloudwatch:PutMetricAlarm', perSecond: 3, burst: 3 },
  { calls: 'cloudwatch:DeleteAlarms', perSecond: 3, burst: 3 },
];

const names = ({ calls }: Rate, call: string): boolean =>
  calls.endsWith('*') ? call.startsWith(calls.slice(0, -1)) : calls === call;

/** What a call takes a token of. */
export interface Bucket {
  /** "service:Command", or of calls that share it such as "lambda:*". */
  readonly name: string;
  readonly perSecond: number;
  readonly burst: number;
}

/** The buckets of a call, "service:Command": its own or that of calls like it, and those that count all calls. */
export function bucketsOf(call: string): Bucket[] {
  const named = RATES.filter((rate) => names(rate, call));
  const own = named.find(({ isTotal }) => !isTotal);
  return named
    .filter((rate) => rate === own || rate.isTotal)
    .map(({ calls, isShared, perSecond, burst }) => ({ name: isShared ? calls : call, perSecond, burst }));
}

/** Counts calls against the rates that AWS publishes. */
export class PublishedRates {
  readonly #clock: Clock;
  readonly #levels = new Map<string, { tokens: number; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the call is within the rates; it then counts. */
  take(service: string, command: string): boolean {
    const levels = bucketsOf(`${service}:${command}`).map((bucket) => this.#filled(bucket));
    if (levels.some(({ tokens }) => tokens < 1)) return false;
    for (const level of levels) level.tokens -= 1;
    return true;
  }

  #filled({ name, perSecond, burst }: Bucket): { tokens: number; at: number } {
    const now = this.#clock.now();
    const level = this.#levels.get(name) ?? { tokens: burst, at: now };
    level.tokens = Math.min(burst, level.tokens + ((now - level.at) / 1000) * perSecond);
    level.at = now;
    this.#levels.set(name, level);
    return level;
  }
}
