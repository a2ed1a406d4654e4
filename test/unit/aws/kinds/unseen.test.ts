import { describe, expect, test } from 'vitest';
import { queueDepth } from '../../../../src/aws/calls/queues.ts';
import type { KindName } from '../../../../src/aws/graph/graph.ts';
import { kindOf } from '../../../../src/aws/kinds/index.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { refuse, type Script, scripted } from './scripted-account.ts';

const name = `${OWNER.prefix}-a`;

describe('what is listed and whose tags AWS does not know is neither gone nor another’s: it is looked at later', () => {
  const LISTED: [KindName, Script][] = [
    [
      'Queue',
      {
        ListQueues: () => ({ QueueUrls: [`https://sqs/1/${name}`] }),
        GetQueueUrl: () => ({ QueueUrl: `https://sqs/1/${name}` }),
        GetQueueAttributes: () => ({ Attributes: { QueueArn: 'arn' } }),
        ListQueueTags: () => refuse('QueueDoesNotExist'),
      },
    ],
    [
      'LogGroup',
      {
        DescribeLogGroups: () => ({ logGroups: [{ logGroupName: name, arn: 'arn:*' }] }),
        ListTagsForResource: () => refuse('ResourceNotFoundException'),
      },
    ],
    [
      'Parameter',
      {
        GetParameter: () => ({ Parameter: { Name: name, Value: 'x' } }),
        GetParametersByPath: () => ({ Parameters: [{ Name: name }] }),
        ListTagsForResource: () => refuse('InvalidResourceId'),
      },
    ],
    [
      'Alarm',
      {
        DescribeAlarms: () => ({ MetricAlarms: [{ AlarmName: name, AlarmArn: 'arn' }] }),
        ListTagsForResource: () => refuse('ResourceNotFoundException'),
      },
    ],
  ];
  test.each(LISTED)('%s', async (kind, script) => {
    const { account } = scripted(script);
    const later = { name: 'RequeueAfter' };
    await expect(kindOf(kind).find(account, { name }, OWNER)).rejects.toMatchObject(later);
    await expect(kindOf(kind).owned(account, OWNER)).rejects.toMatchObject(later);
  });
});

test('an alarm whose tags come later than the alarm is not another’s for long', async () => {
  let tags: object[] = [];
  const { account } = scripted({
    DescribeAlarms: () => ({ MetricAlarms: [{ AlarmName: name, AlarmArn: 'arn' }] }),
    ListTagsForResource: () => ({ Tags: tags }),
  });
  const look = async () => (await kindOf('Alarm').find(account, { name }, OWNER))?.tags;
  expect(await look()).toEqual({});
  tags = Object.entries(OURS).map(([Key, Value]) => ({ Key, Value }));
  expect(await look()).toEqual(OURS);
});

test('a queue that does not say what it holds is not empty', async () => {
  const { account } = scripted({
    GetQueueUrl: () => ({ QueueUrl: 'https://sqs/1/q' }),
    GetQueueAttributes: () => ({}),
  });
  await expect(queueDepth(account, 'q')).rejects.toThrow('SQS does not say how many messages q holds');
});
