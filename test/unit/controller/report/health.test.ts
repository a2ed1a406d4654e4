import { describe, expect, test } from 'vitest';
import type { PostQueueProbe } from '../../../../handlers/contract.ts';
import {
  healthOf,
  lookAtQueue,
  lookAtStore,
  type StoreView,
} from '../../../../src/controller/report/health.ts';
import { OWNER } from '../../aws/graph/fake-kinds.ts';
import { refuse, type Script, scripted } from '../../aws/kinds/scripted-account.ts';
import { outcomeOf } from '../pipelines.ts';

const disk = (usedBytes: number) => ({ totalBytes: 100, usedBytes });
const answers = (more: Partial<PostQueueProbe> = {}): StoreView => ({
  is: 'reachable',
  at: 0,
  probe: {
    nami: 'post-queue',
    problems: [],
    store: { reachable: true, documents: 1, disk: disk(10) },
    ...more,
  },
});
const used = (bytes: number) => answers({ store: { reachable: true, documents: 1, disk: disk(bytes) } });
const QUEUE = { depth: 0, deadLetters: 0 };
const REFUSED = [
  outcomeOf('ReservedConcurrency', 'r', {
    state: 'Failed',
    reason: 'ReservationRefused',
    message: 'none left',
  }),
];

describe('health', () => {
  test.each<[string, Parameters<typeof healthOf>, string, string]>([
    ['before the first look', [undefined, undefined, 80, []], 'Unknown NotProbed', 'not been looked at'],
    [
      'when the function does not answer',
      [{ is: 'unknown', why: 'throttled' }, QUEUE, 80, []],
      'Unknown ProbeFailed',
      'throttled',
    ],
    [
      'when the store does not answer',
      [{ is: 'unreachable', why: 'refused' }, QUEUE, 80, []],
      'False StoreUnreachable',
      'keeps the events meanwhile: refused',
    ],
    [
      'when the store objects to something',
      [answers({ store: { reachable: true, documents: 1, objection: 'no index' } }), QUEUE, 80, []],
      'False StoreObjects',
      'no index',
    ],
    [
      'with dead letters',
      [answers(), { depth: 0, deadLetters: 2 }, 80, []],
      'False DeadLetters',
      '2 events could not be stored',
    ],
    [
      'with a full volume',
      [used(80), QUEUE, 80, []],
      'False VolumeFilling',
      '80 % of the volume is used: raise',
    ],
    ['with a volume below the threshold', [used(79), QUEUE, 80, []], 'True Healthy', ''],
    [
      'without a volume of its own',
      [answers({ store: { reachable: true, documents: 1 } }), QUEUE, 1, []],
      'True Healthy',
      '',
    ],
    [
      'with a wish that AWS refused',
      [answers(), QUEUE, 80, REFUSED],
      'False ReservationRefused',
      'none left',
    ],
    ['when all is well', [answers(), QUEUE, 80, []], 'True Healthy', ''],
    ['with events on their way', [answers(), { depth: 1000, deadLetters: 0 }, 80, []], 'True Healthy', ''],
    ['before the queue was read', [answers(), undefined, 80, []], 'True Healthy', ''],
  ])('%s', (_, args, verdict, words) => {
    const { status, reason, message } = healthOf(...args);
    expect(`${status} ${reason}`).toBe(verdict);
    expect(message).toContain(words);
  });
});

describe('a look at the store', () => {
  const probed = (body: object, more: object = {}) => ({
    Payload: Buffer.from(JSON.stringify(body)),
    ...more,
  });
  const look = async (Invoke: Script[string]) => {
    const run = scripted({ Invoke });
    return { view: await lookAtStore(run.account, OWNER), run };
  };

  test('asks the function that writes to it, by its alias', async () => {
    const body = { nami: 'post-queue', problems: [], store: { reachable: true, documents: 3 } };
    const { view, run } = await look(() => probed(body));
    expect(view).toEqual({ is: 'reachable', probe: body, at: run.clock.now() });
    expect(run.inputs('Invoke')[0]).toMatchObject({
      FunctionName: `${OWNER.prefix}-post-queue`,
      Qualifier: 'live',
    });
  });

  test('tells a store that does not answer from a function that does not', async () => {
    const store = { reachable: false, error: 'refused' };
    expect((await look(() => probed({ nami: 'post-queue', problems: [], store }))).view).toEqual({
      is: 'unreachable',
      why: 'refused',
    });
    expect((await look(() => refuse('ResourceNotFoundException'))).view).toMatchObject({
      is: 'unknown',
      why: 'waits for the function that writes to it',
    });
    expect((await look(() => refuse('TooManyRequestsException'))).view).toMatchObject({ is: 'unknown' });
    expect(
      (
        await look(() =>
          probed({ errorType: 'Sandbox.Timedout', errorMessage: 'late' }, { FunctionError: 'Unhandled' }),
        )
      ).view,
    ).toMatchObject({
      is: 'unknown',
      why: expect.stringContaining('late'),
    });
  });

  test('does not take the answer of the other function for one of the store', async () => {
    const { view } = await look(() => probed({ nami: 'pre-queue', problems: [] }));
    expect(view).toEqual({ is: 'unknown', why: 'the answer is of pre-queue' });
  });
});

describe('a look at the queue', () => {
  const counts = {
    ApproximateNumberOfMessages: '2',
    ApproximateNumberOfMessagesNotVisible: '3',
    ApproximateNumberOfMessagesDelayed: '1',
  };

  test('counts what waits, what is being worked on and what is delayed', async () => {
    const { account } = scripted({
      GetQueueUrl: ({ QueueName }) => ({ QueueUrl: `https://sqs/1/${QueueName}` }),
      GetQueueAttributes: ({ QueueUrl }) => ({
        Attributes: String(QueueUrl).endsWith('-dlq') ? { ApproximateNumberOfMessages: '7' } : counts,
      }),
    });
    expect(await lookAtQueue(account, OWNER)).toEqual({ depth: 6, deadLetters: 7 });
  });

  test('says nothing while a queue is absent', async () => {
    const { account } = scripted({
      GetQueueUrl: ({ QueueName }) =>
        String(QueueName).endsWith('-dlq') ? refuse('QueueDoesNotExist') : { QueueUrl: 'https://sqs/1/q' },
      GetQueueAttributes: () => ({ Attributes: counts }),
    });
    expect(await lookAtQueue(account, OWNER)).toBeUndefined();
  });
});
