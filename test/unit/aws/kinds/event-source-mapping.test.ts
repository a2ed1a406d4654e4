import { expect, test } from 'vitest';
import { findMapping, setEnabled } from '../../../../src/aws/kinds/event-source-mapping.ts';
import { scripted } from './scripted-account.ts';

const arnOf = (name: string) => `arn:aws:lambda:eu-central-1:123456789012:function:${name}:live`;
const mapping = (State: string, name: string) => ({ UUID: name, State, FunctionArn: arnOf(name) });
const WANTED = {
  queueArn: 'arn:aws:sqs:eu-central-1:123456789012:nami_1-queue',
  functionArn: arnOf('nami_1-post-queue'),
};

test.each([
  ['Enabled', { is: 'ready' }, true],
  ['Disabled', { is: 'ready' }, false],
  ['Updating', { is: 'pending' }, expect.anything()],
  ['Deleting', { is: 'leaving' }, expect.anything()],
])('the mapping of a queue that is %s is told from those of others', async (named, state, enabled) => {
  const run = scripted({
    ListEventSourceMappings: () => ({
      EventSourceMappings: [mapping('Enabled', 'nami_10-other'), mapping(named, 'nami_1-post-queue')],
    }),
  });
  expect(await findMapping(run.account, WANTED)).toMatchObject({
    id: 'nami_1-post-queue',
    state,
    details: { enabled },
  });
  expect(run.inputs('ListEventSourceMappings')).toEqual([
    { EventSourceArn: 'arn:aws:sqs:eu-central-1:123456789012:nami_1-queue' },
  ]);
});

test('a queue without one has none, and one is paused by that alone', async () => {
  const mappings: object[] = [];
  const run = scripted({
    ListEventSourceMappings: () => ({ EventSourceMappings: mappings }),
    UpdateEventSourceMapping: () => ({}),
  });
  expect(await findMapping(run.account, WANTED)).toBeUndefined();
  mappings.push(mapping('Enabled', 'nami_1-post-queue'));
  const found = await findMapping(run.account, WANTED);
  if (!found) throw new Error('it is there');
  await setEnabled(run.account, found, false);
  expect(run.inputs('UpdateEventSourceMapping')).toEqual([{ UUID: 'nami_1-post-queue', Enabled: false }]);
});
