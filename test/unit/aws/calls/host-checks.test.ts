import { expect, test } from 'vitest';
import { failedChecksOf } from '../../../../src/aws/calls/host-checks.ts';
import { scripted } from '../kinds/scripted-account.ts';

const passed = { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] };
const failed = (at: number) => ({
  Status: 'impaired',
  Details: [{ Name: 'reachability', Status: 'failed', ImpairedSince: new Date(at) }],
});

test.each([
  ['pass', [{ SystemStatus: passed, InstanceStatus: passed }], undefined],
  ['are not made yet', [{ SystemStatus: { Status: 'initializing', Details: [] } }], undefined],
  ['are not shown, as of one that does not run', [], undefined],
  [
    'of the machine fail',
    [{ SystemStatus: failed(5), InstanceStatus: failed(9) }],
    { of: 'system', since: 5 },
  ],
  ['of its system fail', [{ SystemStatus: passed, InstanceStatus: failed(9) }], { of: 'instance', since: 9 }],
])('status checks that %s', async (_, InstanceStatuses, found) => {
  const { account, inputs } = scripted({ DescribeInstanceStatus: () => ({ InstanceStatuses }) });
  expect(await failedChecksOf(account, 'i-1')).toEqual(found);
  expect(inputs('DescribeInstanceStatus')).toEqual([{ InstanceIds: ['i-1'] }]);
});
