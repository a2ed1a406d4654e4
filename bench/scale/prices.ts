import type { Call } from '../../test/simulation/aws/aws-account.ts';

interface Price {
  /** "service:Command", or "service:*". */
  readonly calls: string;
  /** US dollars for a million of what is counted. */
  readonly dollarsAMillion: number;
  /** What of a call is counted; without it the call itself. */
  readonly count?: (input: Call['input']) => number;
  /** The AWS page that says so. */
  readonly source: string;
}

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
/** A probe takes a tenth of a second, at 256 MiB on arm64. */
const PROBE_GIGABYTE_SECONDS = 0.25 * 0.1;

/**
 * List prices of us-east-1, without free tiers. The first row that names a call counts. What no row names costs nothing:
 * the calls by which API Gateway, EC2, IAM, Lambda, Logs, Route 53, Parameter Store (standard), STS and tagging are managed.
 */
const PRICES: readonly Price[] = [
  { calls: 'sqs:*', dollarsAMillion: 0.4, source: 'Amazon SQS pricing: requests, standard queues' },
  {
    calls: 'cloudwatch:GetMetricData',
    dollarsAMillion: 10,
    count: ({ MetricDataQueries }) => lengthOf(MetricDataQueries),
    source: 'Amazon CloudWatch pricing: API, metrics requested by GetMetricData',
  },
  { calls: 'cloudwatch:*', dollarsAMillion: 10, source: 'Amazon CloudWatch pricing: API requests' },
  {
    calls: 'lambda:Invoke',
    dollarsAMillion: 0.2 + PROBE_GIGABYTE_SECONDS * 13.3334,
    source: 'AWS Lambda pricing: requests, and duration on arm64',
  },
  {
    calls: 'ssm:GetParameter',
    dollarsAMillion: 3,
    count: ({ WithDecryption }) => (WithDecryption === true ? 1 : 0),
    source: 'AWS KMS pricing: requests (of a SecureString)',
  },
  {
    calls: 'ssm:PutParameter',
    dollarsAMillion: 3,
    count: ({ Type }) => (Type === 'SecureString' ? 1 : 0),
    source: 'AWS KMS pricing: requests (of a SecureString)',
  },
  { calls: 's3:*', dollarsAMillion: 0.4, source: 'Amazon S3 pricing: GET and all other requests' },
];

/** What the calls cost by list price, in US dollars. */
export const priceOf = (calls: readonly Pick<Call, 'service' | 'command' | 'input'>[]): number =>
  calls.reduce((sum, { service, command, input }) => {
    const price = PRICES.find(({ calls: named }) =>
      [`${service}:*`, `${service}:${command}`].includes(named),
    );
    return sum + ((price?.count?.(input) ?? 1) * (price?.dollarsAMillion ?? 0)) / 1e6;
  }, 0);
