import { describe, expect, test } from 'vitest';
import { PUBLISHED } from '../../../../src/aws/account/published-rates.ts';
import { RateLimiter, ratesOf } from '../../../../src/aws/account/rates.ts';
import { SpareTime } from '../../../../src/aws/account/spare-time.ts';
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

describe('calls in spare time', () => {
  const start = () => {
    const clock = new FakeClock({ start: 0 });
    const limiter = new RateLimiter(clock, 0.5);
    const spareTime = new SpareTime();
    const went: string[] = [];
    const take = (name: string) =>
      limiter.take('logs', 'PutRetentionPolicy').then(() => went.push(`${name}@${Math.round(clock.now())}`));
    const inSpareTime = (name: string, signal?: AbortSignal) => spareTime.use(() => take(name), signal);
    return { clock, went, take, inSpareTime };
  };

  test('go out after those that somebody waits for, which asked later', async () => {
    const { clock, went, take, inSpareTime } = start();
    await clock.until(
      Promise.all([take('a'), take('b'), inSpareTime('spare'), take('c'), take('d'), take('e')]),
    );
    expect(went).toEqual(['a@0', 'b@0', 'c@200', 'd@600', 'e@1000', 'spare@1400']);
  });

  test('leave the line when their time is over, and take no token', async () => {
    const { clock, went, take, inSpareTime } = start();
    const over = new AbortController();
    await Promise.all([take('a'), take('b')]);
    const spare = inSpareTime('spare', over.signal);
    over.abort();
    await expect(spare).rejects.toThrow('is looked at anew');
    await clock.until(take('c'));
    expect(went).toEqual(['a@0', 'b@0', 'c@200']);
  });

  test('take a token that nobody else wants at once', async () => {
    const { went, inSpareTime } = start();
    await inSpareTime('spare');
    expect(went).toEqual(['spare@0']);
  });

  test('wait five minutes longer than others at most', async () => {
    const { clock, went, take, inSpareTime } = start();
    void inSpareTime('a');
    void inSpareTime('b');
    void inSpareTime('spare');
    // More than the rate lets through, for ten minutes.
    for (let second = 0; second < 600; second += 1) {
      for (let call = 0; call < 3; call += 1) void take('other');
      await clock.advance(1000);
    }
    const [spare] = went.filter((each) => each.startsWith('spare'));
    expect(Number(spare?.split('@')[1])).toBeGreaterThan(300_000);
    expect(Number(spare?.split('@')[1])).toBeLessThan(500_000);
  });
});

test('a call that lacks the token of one bucket takes none of another meanwhile', async () => {
  const clock = new FakeClock({ start: 0 });
  const limiter = new RateLimiter(clock, 0.5);
  for (let call = 0; call < 30; call += 1) void limiter.take('apigateway', 'CreateDeployment');
  await limiter.take('apigateway', 'GetStage');
  expect(clock.now()).toBe(0);
});
