import { describe, expect, test } from 'vitest';
import { judge } from '../../../../src/aws/account/errors.ts';
import { Pace } from '../../../../src/aws/account/pace.ts';
import { sleep } from '../../../../src/clock.ts';
import { FencedError } from '../../../../src/fence.ts';
import { FakeClock } from '../../fake-clock.ts';

/** What calls of API Gateway do, in order: each takes a second, and `fails` fail. */
async function runs(
  calls: readonly (readonly [command: string, input: object])[],
  fails = '',
): Promise<string[]> {
  const clock = new FakeClock();
  const pace = new Pace(clock, { rateShare: 0.5 });
  const seen: string[] = [];
  const all = calls.map(([command, input]) =>
    pace.call({ service: 'apigateway', command, input: { ...input } }, async () => {
      seen.push(`${command} begins`);
      await sleep(clock, 1000);
      seen.push(`${command} ends`);
      if (command === fails) throw new Error('no');
    }),
  );
  await clock.until(Promise.allSettled(all));
  return seen;
}

const FIRST = { restApiId: 'first' };

describe('calls to API Gateway', () => {
  test('that change one REST API go out one after the other, in the order in which they were asked for', async () => {
    expect(
      await runs([
        ['PutMethod', FIRST],
        ['PutIntegration', FIRST],
        ['TagResource', { resourceArn: 'arn:aws:apigateway:eu-central-1::/restapis/first/stages/live' }],
      ]),
    ).toEqual([
      'PutMethod begins',
      'PutMethod ends',
      'PutIntegration begins',
      'PutIntegration ends',
      'TagResource begins',
      'TagResource ends',
    ]);
  });

  test('go on after one that failed', async () => {
    const calls = [['PutMethod', FIRST] as const, ['PutIntegration', FIRST] as const];
    expect(await runs(calls, 'PutMethod')).toContain('PutIntegration ends');
  });

  test.each<[string, [string, object]]>([
    ['change another REST API', ['PutIntegration', { restApiId: 'second' }]],
    ['only look', ['GetStage', FIRST]],
    ['make one', ['CreateRestApi', { name: 'third' }]],
  ])('that %s do not wait for a change', async (_, call) => {
    const begun = (await runs([['PutMethod', FIRST], call])).slice(0, 2);
    expect(begun).toContain(`${call[0]} begins`);
  });
});

test.each([
  ['CreateFunction', 'lambda:CreateFunction'],
  ['Invoke', 'lambda:InvokeFunction'],
])('an error of %s says which action was called', async (command, action) => {
  const failing = new Pace(new FakeClock(), { rateShare: 0.5 }).call(
    { service: 'lambda', command, input: {} },
    async () => {
      throw new Error('no');
    },
  );
  const error = await failing.catch((reason: unknown) => reason);
  expect(judge(error).message).toContain(action);
});

test('a call whose turn comes after the fence was shut is not sent, and how long it was kept back is told', async () => {
  const clock = new FakeClock();
  let isShut = false;
  const fence = {
    check: () => {
      if (isShut) throw new FencedError('shut');
    },
  };
  const waits: [string, number][] = [];
  const pace = new Pace(clock, {
    rateShare: 0.5,
    fence,
    onWait: (service, seconds) => waits.push([service, seconds]),
  });
  const sent: number[] = [];
  const call = async (index: number) => {
    await pace.call({ service: 'cloudwatch', command: 'PutMetricAlarm', input: {} }, async () => {
      sent.push(index);
    });
  };
  const calls = Array.from({ length: 12 }, (_, index) => call(index).catch((error: unknown) => error));
  await clock.advance(100);
  isShut = true;
  await clock.advance(60_000);
  const answers = await Promise.all(calls);
  expect(sent.length).toBeGreaterThan(0);
  expect(answers.filter((answer) => answer instanceof FencedError)).toHaveLength(12 - sent.length);
  expect(sent.length).toBeLessThan(12);
  expect(waits).toHaveLength(12);
  expect(Math.max(...waits.map(([, seconds]) => seconds))).toBeGreaterThan(1);
});
