import { ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { Account } from './account.ts';
import { orAbsent } from './errors.ts';

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

/** What brings a queue's messages to a function. */
export interface QueueReader {
  readonly id: string;
  /** False: paused; the messages stay in the queue. */
  readonly enabled: boolean;
}

/** The reader of a queue that calls a function whose name begins so; undefined while there is none, or it is changing. */
export async function readerOf(
  account: Account,
  queue: string,
  functionPrefix: string,
): Promise<QueueReader | undefined> {
  const { EventSourceMappings = [] } = await account.lambda.send(
    new ListEventSourceMappingsCommand({ EventSourceArn: arnOf(account, queue) }),
  );
  const found = EventSourceMappings.find(({ FunctionArn }) =>
    FunctionArn?.includes(`:function:${functionPrefix}-`),
  );
  const isSettled = found?.State === 'Enabled' || found?.State === 'Disabled';
  return found?.UUID && isSettled ? { id: found.UUID, enabled: found.State === 'Enabled' } : undefined;
}

export async function setReader(account: Account, { id }: QueueReader, enabled: boolean): Promise<void> {
  await account.lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: enabled }));
}

/**
 * Starts to move a dead-letter queue's messages back to the queue they came from; AWS does at most 500 a second and
 * one task at a time. (Amazon SQS: StartMessageMoveTask.)
 */
export async function startRedrive(account: Account, deadLetterQueue: string): Promise<void> {
  await account.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf(account, deadLetterQueue) }));
}

const arnOf = ({ partition, region, accountId }: Account, queue: string): string =>
  `arn:${partition}:sqs:${region}:${accountId}:${queue}`;
