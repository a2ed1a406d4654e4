import { expect, test } from 'vitest';
import { priceOf } from '../../../../bench/scale/prices.ts';

test.each([
  ['most calls cost nothing', { service: 'lambda', command: 'GetFunction', input: {} }, 0],
  ['a request to SQS', { service: 'sqs', command: 'GetQueueAttributes', input: {} }, 0.4],
  ['a request to CloudWatch', { service: 'cloudwatch', command: 'DescribeAlarms', input: {} }, 10],
  [
    'metrics by their number',
    { service: 'cloudwatch', command: 'GetMetricData', input: { MetricDataQueries: [{}, {}, {}] } },
    30,
  ],
  ['a parameter in clear', { service: 'ssm', command: 'GetParameter', input: {} }, 0],
  ['a secret parameter', { service: 'ssm', command: 'GetParameter', input: { WithDecryption: true } }, 3],
] as const)('%s', (_, call, dollarsAMillion) => {
  expect(priceOf([call]) * 1e6).toBeCloseTo(dollarsAMillion, 6);
});

test('a probe costs its request and its time', () => {
  const probe = { service: 'lambda', command: 'Invoke', input: {} } as const;
  expect(priceOf([probe, probe]) * 1e6).toBeCloseTo(2 * (0.2 + 0.25 * 0.1 * 13.3334), 6);
});
