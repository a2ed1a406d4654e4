import { describe, expect, test } from 'vitest';
import { RATES, RateLimiter, rateKey } from '../../../../src/aws/account/rates.ts';
import { FakeClock } from '../../fake-clock.ts';

/** When each of `calls` calls may go out, in milliseconds from now. */
async function times(service: string, command: string, calls: number): Promise<number[]> {
  const clock = new FakeClock({ start: 0 });
  const limiter = new RateLimiter(clock);
  const went: number[] = [];
  const all = Array.from({ length: calls }, () =>
    limiter.take(service, command).then(() => went.push(clock.now())),
  );
  await clock.until(Promise.all(all));
  return went.map(Math.round);
}

describe('calls to AWS', () => {
  test('go out at once up to the burst, then at the rate', async () => {
    const rate = RATES['apigateway:GetResources'];
    expect(rate).toEqual({ perSecond: 2.5, burst: 5 });
    expect(await times('apigateway', 'GetResources', 8)).toEqual([0, 0, 0, 0, 0, 400, 800, 1200]);
  });

  test('that deploy are five seconds apart', async () => {
    expect(await times('apigateway', 'CreateDeployment', 3)).toEqual([0, 5000, 10_000]);
  });

  test('get their burst back while nothing is called, and no more than that', async () => {
    const clock = new FakeClock({ start: 0 });
    const limiter = new RateLimiter(clock);
    await limiter.take('apigateway', 'CreateDeployment');
    await clock.advance(60_000);

    await limiter.take('apigateway', 'CreateDeployment');
    const second = limiter.take('apigateway', 'CreateDeployment');
    await clock.until(second);

    expect(clock.now()).toBe(65_000);
  });

  test('of one kind do not wait for those of another', async () => {
    const clock = new FakeClock({ start: 0 });
    const limiter = new RateLimiter(clock);
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
  ['lambda', 'GetFunction', 'lambda:GetFunction'],
  ['lambda', 'CreateFunction', 'lambda'],
  ['ec2', 'DescribeInstances', 'ec2:Describe'],
  ['ec2', 'RunInstances', 'ec2'],
  ['logs', 'DescribeLogGroups', 'logs'],
])('%s:%s draws from the most special bucket', (service, command, key) => {
  expect(rateKey(service, command)).toBe(key);
});
