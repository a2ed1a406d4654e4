import { expect, test } from 'vitest';
import { readerOf, setReader } from '../../../src/aws/queues.ts';
import { scripted } from './kinds/scripted-account.ts';

const mapping = (State: string, name: string) => ({
  UUID: name,
  State,
  FunctionArn: `arn:aws:lambda:eu-central-1:123456789012:function:${name}:live`,
});

test.each([
  ['Enabled', { id: 'nami_1-post-queue', enabled: true }],
  ['Disabled', { id: 'nami_1-post-queue', enabled: false }],
  ['Updating', undefined],
  ['Deleting', undefined],
])('the reader of a queue that is %s is told', async (state, reader) => {
  const run = scripted({
    ListEventSourceMappings: () => ({
      EventSourceMappings: [mapping('Enabled', 'nami_10-other'), mapping(state, 'nami_1-post-queue')],
    }),
  });
  expect(await readerOf(run.account, 'nami_1-queue', 'nami_1')).toEqual(reader);
  expect(run.inputs('ListEventSourceMappings')).toEqual([
    { EventSourceArn: 'arn:aws:sqs:eu-central-1:123456789012:nami_1-queue' },
  ]);
});

test('a queue without one has none, and one is paused by that alone', async () => {
  const run = scripted({
    ListEventSourceMappings: () => ({}),
    UpdateEventSourceMapping: () => ({}),
  });
  expect(await readerOf(run.account, 'q', 'nami_1')).toBeUndefined();
  await setReader(run.account, { id: 'u', enabled: true }, false);
  expect(run.inputs('UpdateEventSourceMapping')).toEqual([{ UUID: 'u', Enabled: false }]);
});
