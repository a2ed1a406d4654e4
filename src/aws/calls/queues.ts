import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { Account } from '../account/account.ts';
import { orAbsent } from '../account/errors.ts';

/** Messages in a queue: waiting, delayed and being worked on. SQS's counts are approximate for about a minute. */
export async function queueDepth({ sqs }: Pick<Account, 'sqs'>, name: string): Promise<number | undefined> {
  const found = await orAbsent(sqs.send(new GetQueueUrlCommand({ QueueName: name })));
  if (found?.QueueUrl === undefined) return undefined;
  const answer = await orAbsent(
    sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: found.QueueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
    ),
  );
  if (!answer) return undefined;
  return Object.values(answer.Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
}

/**
 * Starts to move a dead-letter queue's messages back to the queue they came from; AWS does at most 500 a second and
 * one task at a time. (Amazon SQS: StartMessageMoveTask.)
 */
export async function startRedrive(account: Account, deadLetterQueue: string): Promise<void> {
  const { partition, region, accountId } = account;
  await account.sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn: `arn:${partition}:sqs:${region}:${accountId}:${deadLetterQueue}`,
    }),
  );
}
