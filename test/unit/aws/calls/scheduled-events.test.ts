import { expect, test } from 'vitest';
import { scheduleOf } from '../../../../src/aws/calls/scheduled-events.ts';
import { refuse, scripted } from '../kinds/scripted-account.ts';

const event = (Code: string, at: number, Description = 'degraded hardware') => ({
  Code,
  NotBefore: new Date(at),
  Description,
});
const of = (InstanceId: string, ...Events: object[]) => ({ InstanceId, Events });
const scheduled = (code: string, at: number, ends: boolean) => ({
  is: 'scheduled',
  instanceId: 'i-1',
  code,
  at,
  ends,
});

test.each([
  ['nothing', [], { is: 'none' }],
  ['another’s', [of('i-2', event('instance-stop', 5))], { is: 'none' }],
  ['an end', [of('i-1', event('instance-retirement', 5))], scheduled('instance-retirement', 5, true)],
  [
    'the first of several',
    [of('i-1', event('system-reboot', 9), event('instance-stop', 5))],
    scheduled('instance-stop', 5, true),
  ],
  [
    'what is not over',
    [
      of(
        'i-1',
        event('instance-stop', 1, '[Completed] degraded hardware'),
        event('instance-stop', 2, '[Canceled] degraded hardware'),
        event('system-maintenance', 7),
      ),
    ],
    scheduled('system-maintenance', 7, false),
  ],
])('of what AWS has scheduled it is told: %s', async (_, InstanceStatuses, schedule) => {
  const { account } = scripted({ DescribeInstanceStatus: () => ({ InstanceStatuses }) });
  expect(await scheduleOf(account, 'i-1')).toEqual(schedule);
});

test('one list to its last page serves all hosts for an hour, and a right that is missing is no end', async () => {
  const pages = [
    { InstanceStatuses: [], NextToken: 'more' },
    { InstanceStatuses: [of('i-1', event('instance-stop', 5))] },
  ];
  const { account, clock, inputs } = scripted({ DescribeInstanceStatus: () => pages.shift() ?? {} });
  expect(await scheduleOf(account, 'i-1')).toMatchObject({ ends: true });
  expect(await scheduleOf(account, 'i-2')).toEqual({ is: 'none' });
  await clock.advance(3_599_000);
  await scheduleOf(account, 'i-2');
  expect(inputs('DescribeInstanceStatus')).toHaveLength(2);
  await clock.advance(2_000);
  expect(await scheduleOf(account, 'i-1')).toEqual({ is: 'none' });

  const refused = scripted({ DescribeInstanceStatus: () => refuse('UnauthorizedOperation') });
  expect(await scheduleOf(refused.account, 'i-1')).toMatchObject({ is: 'unseen' });
  expect(await scheduleOf(refused.account, 'i-2')).toMatchObject({ is: 'unseen' });
  expect(refused.inputs('DescribeInstanceStatus')).toHaveLength(1);
});
