import { expect, test } from 'vitest';
import { isRedriveDue, pauseReading, redriveDue } from '../../../../src/aws/calls/queues.ts';
import { refuse, type Script, scripted } from '../kinds/scripted-account.ts';

const aws = (more: Script = {}) =>
  scripted({
    GetQueueUrl: ({ QueueName }) => ({ QueueUrl: `https://sqs/1/${QueueName}` }),
    ListQueueTags: () => ({ Tags: { 'nami.dev/redrive': 'due' } }),
    SetQueueAttributes: () => ({}),
    StartMessageMoveTask: () => ({ TaskHandle: 't' }),
    TagQueue: () => ({}),
    UntagQueue: () => ({}),
    UpdateEventSourceMapping: () => ({}),
    ...more,
  });
const RUNNING =
  'There is already a task running. Only one active task is allowed for a source queue arn at a given time.';

test('dead letters that are due go back, and are due no more only when they are on their way', async () => {
  const run = aws();
  expect(await isRedriveDue(run.account, 'q-dlq')).toBe(true);
  await redriveDue(run.account, 'q-dlq');
  expect(run.writes()).toEqual(['StartMessageMoveTask', 'UntagQueue']);
  expect(run.inputs('StartMessageMoveTask')).toEqual([
    { SourceArn: 'arn:aws:sqs:eu-central-1:123456789012:q-dlq' },
  ]);
  expect(run.inputs('UntagQueue')).toEqual([
    { QueueUrl: 'https://sqs/1/q-dlq', TagKeys: ['nami.dev/redrive'] },
  ]);
});

test.each(['InvalidParameterValue', 'UnsupportedOperation'])(
  'a move that is under way is as good: %s',
  async (name) => {
    const run = aws({ StartMessageMoveTask: () => refuse(name, RUNNING) });
    await redriveDue(run.account, 'q-dlq');
    expect(run.writes()).toEqual(['StartMessageMoveTask', 'UntagQueue']);
  },
);

test('a move that was not begun is still due', async () => {
  const run = aws({ StartMessageMoveTask: () => refuse('RequestThrottled') });
  await expect(redriveDue(run.account, 'q-dlq')).rejects.toThrow();
  expect(run.inputs('UntagQueue')).toEqual([]);
});

test('nothing is due where there is no queue, and what can not be seen is not taken for that', async () => {
  const gone = aws({ GetQueueUrl: () => refuse('QueueDoesNotExist') });
  expect(await isRedriveDue(gone.account, 'q-dlq')).toBe(false);
  const unseen = aws({ ListQueueTags: () => refuse('RequestThrottled') });
  await expect(isRedriveDue(unseen.account, 'q-dlq')).rejects.toThrow();
});

test('a queue is made to keep its messages before it is read no more', async () => {
  const run = aws();
  await pauseReading(run.account, { queue: 'q', deadLetterQueue: 'q-dlq', mappingId: 'u' });
  expect(run.writes()).toEqual(['SetQueueAttributes', 'TagQueue', 'UpdateEventSourceMapping']);
  expect(run.inputs('SetQueueAttributes')).toEqual([
    { QueueUrl: 'https://sqs/1/q', Attributes: { MessageRetentionPeriod: '1209600' } },
  ]);
  expect(run.inputs('TagQueue')).toEqual([
    { QueueUrl: 'https://sqs/1/q-dlq', Tags: { 'nami.dev/redrive': 'due' } },
  ]);
  expect(run.inputs('UpdateEventSourceMapping')).toEqual([{ UUID: 'u', Enabled: false }]);
});
