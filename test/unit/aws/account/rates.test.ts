import { describe, expect, test } from 'vitest';
import { PUBLISHED } from '../../../../src/aws/account/published-rates.ts';
import { RateLimiter, ratesOf } from '../../../../src/aws/account/rates.ts';
import { FakeClock } from '../../fake-clock.ts';

/** When each of `calls` calls may go out, in milliseconds from now. */
async function times(service: string, command: string, calls: number): Promise<number[]> {
  const clock = new FakeClock({ start: 0 });
  const limiter = new RateLimiter(clock, 0.5);
  const went: number[] = [];
  const all = Array.from({ length: calls }, () =>
    limiter.take(service, command).then(() => went.push(clock.now())),
  );
  await clock.until(Promise.all(all));
  return went.map(Math.round);
}

describe('calls to AWS', () => {
  test('go out at once up to the burst, then at the rate', async () => {
    // AWS: 5/s.
    expect(await times('logs', 'PutRetentionPolicy', 5)).toEqual([0, 0, 200, 600, 1000]);
  });

  test('that deploy are ten seconds apart: AWS takes one in five', async () => {
    expect(await times('apigateway', 'CreateDeployment', 3)).toEqual([0, 10_000, 20_000]);
  });

  test('get their burst back while nothing is called, and no more than that', async () => {
    const clock = new FakeClock({ start: 0 });
    const limiter = new RateLimiter(clock, 0.5);
    await limiter.take('apigateway', 'CreateDeployment');
    await clock.advance(60_000);

    await limiter.take('apigateway', 'CreateDeployment');
    const second = limiter.take('apigateway', 'CreateDeployment');
    await clock.until(second);

    expect(clock.now()).toBe(70_000);
  });

  test('of one kind do not wait for those of another', async () => {
    const clock = new FakeClock({ start: 0 });
    const limiter = new RateLimiter(clock, 0.5);
    void limiter.take('apigateway', 'CreateDeployment');
    void limiter.take('apigateway', 'CreateDeployment');
    await limiter.take('apigateway', 'GetRestApis');
    expect(clock.now()).toBe(0);
  });

  test('to a service without a known rate are not held', async () => {
    expect(await times('sts', 'GetCallerIdentity', 3)).toEqual([0, 0, 0]);
  });
});

test.each([
  ['lambda', 'GetFunction', ['lambda:GetFunction']],
  ['lambda', 'CreateFunction', ['lambda:*']],
  ['ec2', 'DescribeInstances', ['ec2:DescribeInstances']],
  ['ec2', 'CreateVpc', ['ec2:CreateVpc']],
  ['logs', 'DescribeLogGroups', ['logs:DescribeLogGroups']],
  ['logs', 'TagResource', ['logs:TagResource']],
  ['apigateway', 'CreateDeployment', ['apigateway:*', 'apigateway:CreateDeployment']],
  ['apigateway', 'GetStage', ['apigateway:*']],
  ['sts', 'GetCallerIdentity', []],
])('%s:%s counts towards %j', (service, command, buckets) => {
  expect([...ratesOf(service, command, 0.5).keys()]).toEqual(buckets);
});

test.each(PUBLISHED)(
  'of $calls no more go out in any second than half of what AWS takes',
  async (published) => {
    const [service = '', command = ''] = published.calls.replace('*', 'Anything').split(':');
    const went = await times(service, command, 30);
    const half = (published.burst ?? published.perSecond) / 2;
    const atOnce = went.filter((at) => at === 0).length;
    expect(atOnce).toBeLessThanOrEqual(Math.max(1, half));
    const last = (went.at(-1) ?? 0) / 1000;
    expect(went.length - Math.max(1, half)).toBeLessThanOrEqual((last * published.perSecond) / 2 + 0.01);
  },
);
