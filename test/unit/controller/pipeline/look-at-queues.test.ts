import { describe, expect, test } from 'vitest';
import { lookAtQueues, refreshQueues } from '../../../../src/controller/pipeline/look-at-queues.ts';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { OWNER } from '../../aws/graph/fake-kinds.ts';
import { refuse, scripted } from '../../aws/kinds/scripted-account.ts';

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
    expect(await lookAtQueues(account, OWNER)).toEqual({
      queue: { is: 'there', messages: 6 },
      deadLetters: { is: 'there', messages: 7 },
    });
  });

  test.each([
    ['absent', 'QueueDoesNotExist', { is: 'absent' }],
    ['not to be seen', 'RequestThrottled', { is: 'unseen', why: expect.stringContaining('fewer calls') }],
  ])('sees each by itself: one that is %s says nothing of the other', async (_, error, sight) => {
    const { account } = scripted({
      GetQueueUrl: ({ QueueName }) =>
        String(QueueName).endsWith('-dlq') ? refuse(error) : { QueueUrl: 'https://sqs/1/q' },
      GetQueueAttributes: () => ({ Attributes: counts }),
    });
    expect(await lookAtQueues(account, OWNER)).toEqual({
      queue: { is: 'there', messages: 6 },
      deadLetters: sight,
    });
  });

  test('remembers the last count of a queue that can not be seen', async () => {
    let isDown = false;
    const { account, clock } = scripted({
      GetQueueUrl: ({ QueueName }) => ({ QueueUrl: `https://sqs/1/${QueueName}` }),
      GetQueueAttributes: ({ QueueUrl }) => {
        if (isDown && String(QueueUrl).endsWith('-dlq')) refuse('RequestThrottled');
        return { Attributes: isDown ? { ApproximateNumberOfMessages: '1' } : counts };
      },
    });
    const memory = newMemory('u');
    await refreshQueues(memory, account, OWNER, 60);
    isDown = true;
    await clock.advance(60_000);
    await refreshQueues(memory, account, OWNER, 60);
    expect(memory.queue).toEqual({ depth: 1, deadLetters: 6 });
  });
});
