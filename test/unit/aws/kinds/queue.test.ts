import { describe, expect, test } from 'vitest';
import { eventSourceMapping } from '../../../../src/aws/kinds/event-source-mapping.ts';
import { type QueueDesired, queue } from '../../../../src/aws/kinds/queue.ts';
import { OURS, OWNER } from '../graph/fake-kinds.ts';
import { scripted } from './scripted-account.ts';

const ARN = 'arn:aws:sqs:eu-central-1:123456789012:q';
const DESIRED: QueueDesired = {
  name: 'q',
  retentionSeconds: 345_600,
  visibilityTimeoutSeconds: 180,
  redrive: { deadLetterArn: `${ARN}-dlq`, maxReceiveCount: 5 },
};

const aws = (attributes: object, tags: object = OURS) =>
  scripted({
    GetQueueUrl: () => ({ QueueUrl: 'https://sqs/123456789012/q' }),
    GetQueueAttributes: () => ({ Attributes: { QueueArn: ARN, ...attributes } }),
    ListQueueTags: () => ({ Tags: tags }),
    SetQueueAttributes: () => ({}),
    CreateQueue: () => ({}),
  });

async function made(desired: QueueDesired): Promise<Record<string, string>> {
  const run = aws({});
  await queue.create(run.account, desired, OURS, OWNER);
  return run.inputs('CreateQueue')[0]?.Attributes as Record<string, string>;
}
const differences = async (attributes: object, desired = DESIRED) => {
  const found = await queue.find(aws(attributes).account, desired, OWNER);
  if (!found) throw new Error('it is there');
  return queue.compare(found, desired);
};

describe('a queue', () => {
  test('that was made as wanted differs in nothing', async () => {
    expect(await differences(await made(DESIRED))).toEqual([]);
  });

  test('is the same when AWS words its policies otherwise', async () => {
    const attributes = await made(DESIRED);
    const RedrivePolicy = JSON.stringify({ maxReceiveCount: '5', deadLetterTargetArn: `${ARN}-dlq` });
    const { Version, Statement } = JSON.parse(attributes.Policy ?? '');
    const Policy = JSON.stringify({ Statement, Id: 'added', Version });
    expect(await differences({ ...attributes, RedrivePolicy, Policy })).toEqual([]);
  });

  test.each<[string, Partial<QueueDesired>, string]>([
    ['retention', { retentionSeconds: 60 }, 'MessageRetentionPeriod'],
    ['visibility timeout', { visibilityTimeoutSeconds: 60 }, 'VisibilityTimeout'],
    ['receives', { redrive: { deadLetterArn: `${ARN}-dlq`, maxReceiveCount: 6 } }, 'RedrivePolicy'],
  ])('of another %s differs', async (_, change, attribute) => {
    expect(await differences(await made(DESIRED), { ...DESIRED, ...change })).toEqual([attribute]);
  });

  test('that may keep longer does, whatever else is changed of it', async () => {
    const attributes = { ...(await made(DESIRED)), MessageRetentionPeriod: '1209600' };
    const kept = { ...DESIRED, mayKeepLonger: true as const };
    expect(await differences(attributes, kept)).toEqual([]);
    expect(await differences(attributes), 'without').toEqual(['MessageRetentionPeriod']);
    expect(await differences(attributes, { ...DESIRED, retentionSeconds: 'longest' })).toEqual([]);
    expect(await differences({ ...attributes, MessageRetentionPeriod: '60' }, kept)).toEqual([
      'MessageRetentionPeriod',
    ]);

    const run = aws(attributes);
    const found = await queue.find(run.account, kept, OWNER);
    if (!found) throw new Error('it is there');
    await queue.update(run.account, { ...kept, visibilityTimeoutSeconds: 60 }, found, OWNER);
    expect(run.inputs('SetQueueAttributes')).toMatchObject([
      { Attributes: { VisibilityTimeout: '60', MessageRetentionPeriod: '1209600' } },
    ]);
  });

  test('says whether its dead letters are due to go back', async () => {
    const found = async (tags: object) =>
      (await queue.find(aws({}, tags).account, DESIRED, OWNER))?.outputs.redriveDue;
    expect(await found({ ...OURS, 'nami.dev/redrive': 'due' })).toBe('true');
    expect(await found(OURS)).toBe('false');
  });

  test('refuses what comes without TLS, and is encrypted', async () => {
    const { Policy = '', SqsManagedSseEnabled } = await made(DESIRED);
    expect(JSON.parse(Policy).Statement).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Principal: '*',
        Resource: ARN,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    ]);
    expect(SqsManagedSseEnabled).toBe('true');
  });

  test('for dead letters takes those of its one queue alone', async () => {
    const { RedriveAllowPolicy = '' } = await made({ ...DESIRED, name: 'q-dlq', deadLettersOf: 'q' });
    expect(JSON.parse(RedriveAllowPolicy)).toEqual({ redrivePermission: 'byQueue', sourceQueueArns: [ARN] });
  });
});

describe('a mapping', () => {
  const WANTED = {
    queueArn: ARN,
    functionArn: `arn:aws:lambda:eu-central-1:123456789012:function:${OWNER.prefix}-post-queue:live`,
    enabled: true,
    batchSize: 10,
    batchWindowSeconds: 0,
    maximumConcurrency: 5,
  };
  const listed = (more: object = {}) => ({
    UUID: 'u',
    EventSourceArn: ARN,
    FunctionArn: WANTED.functionArn,
    State: 'Enabled',
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 0,
    ScalingConfig: { MaximumConcurrency: 5 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ...more,
  });
  const found = async (...mappings: object[]) => {
    const { account } = scripted({ ListEventSourceMappings: () => ({ EventSourceMappings: mappings }) });
    return await eventSourceMapping.find(account, WANTED, OWNER);
  };

  test.each<[string, object, string[]]>([
    ['as wanted', {}, []],
    ['paused', { State: 'Disabled' }, ['enabled']],
    ['that fails whole batches', { FunctionResponseTypes: [] }, ['reportsItems']],
    ['without bound', { ScalingConfig: undefined }, ['maximumConcurrency']],
  ])('%s is compared field by field', async (_, fields, differences) => {
    const actual = await found(listed(fields));
    expect(actual && eventSourceMapping.compare(actual, WANTED)).toEqual(differences);
  });

  test.each([
    ['Creating', 'pending'],
    ['Updating', 'pending'],
    ['Deleting', 'leaving'],
  ])('that is %s is waited for', async (State, is) => {
    expect(await found(listed({ State }))).toMatchObject({ state: { is } });
  });

  test('is left as it is found where nobody says whether it is to be read, and begins paused', async () => {
    const { enabled: _, ...unsaid } = WANTED;
    for (const State of ['Enabled', 'Disabled']) {
      const actual = await found(listed({ State, BatchSize: 1 }));
      if (!actual) throw new Error('it is there');
      expect(eventSourceMapping.compare(actual, unsaid)).toEqual(['batchSize']);
    }
    const run = scripted({
      UpdateEventSourceMapping: () => ({}),
      CreateEventSourceMapping: () => ({ UUID: 'u', State: 'Creating' }),
    });
    await eventSourceMapping.update(run.account, unsaid, (await found(listed())) as never, OWNER);
    await eventSourceMapping.create(run.account, unsaid, {}, OWNER);
    expect(run.inputs('UpdateEventSourceMapping')[0]).not.toHaveProperty('Enabled');
    expect(run.inputs('CreateEventSourceMapping')[0]).toMatchObject({ Enabled: false });
  });

  test('of another function is another’s', async () => {
    const other = listed({ FunctionArn: `${WANTED.functionArn}-2` });
    const { account } = scripted({ ListEventSourceMappings: () => ({ EventSourceMappings: [other] }) });
    expect(await found(other)).toBeUndefined();
    expect(await eventSourceMapping.owned(account, { ...OWNER, prefix: 'nami-other' })).toEqual([]);
    expect(await eventSourceMapping.owned(account, OWNER)).toHaveLength(1);
  });
});
