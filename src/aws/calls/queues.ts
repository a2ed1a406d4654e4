import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import type { Account } from '../account/account.ts';
import { orAbsent, orPresent } from '../account/errors.ts';
import { REDRIVE_DUE, TAGS, type Tags } from '../object/owner.ts';
import { queueUrl } from './queue-url.ts';

/** The longest that SQS keeps a message: 14 days. (Amazon SQS message quotas.) */
export const LONGEST_RETENTION_SECONDS = 1_209_600;

/** Messages in a queue: waiting, delayed and being worked on. SQS's counts are approximate for about a minute. */
export async function queueDepth(
  account: Pick<Account, 'sqs' | 'inventory' | 'clock'>,
  name: string,
): Promise<number | undefined> {
  account.inventory.forget(attributesName(name));
  const seen = await recentAttributes(account, name);
  if (!seen) return undefined;
  const counts = COUNTS.flatMap((count) => seen.attributes[count] ?? []);
  if (counts.length === 0) throw new Error(`SQS does not say how many messages ${name} holds`);
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** The attributes of a queue, and when they were asked for (milliseconds since the epoch). */
export interface SeenAttributes {
  readonly url: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly at: number;
}

/** Seconds for which what a look at a queue's depth told of its attributes stands for another look. */
const ATTRIBUTES_SECONDS = 90;

const attributesName = (queue: string) => `attributes of the queue ${queue}`;

/** All attributes of a queue, as the look at its depth saw them a moment ago; nothing where there is no such queue. */
export async function recentAttributes(
  account: Pick<Account, 'sqs' | 'inventory' | 'clock'>,
  name: string,
): Promise<SeenAttributes | undefined> {
  const [seen] = await account.inventory.read(attributesName(name), ATTRIBUTES_SECONDS, async function* () {
    const at = account.clock.now();
    const url = await queueUrl(account, name);
    if (url === undefined) return;
    const answer = await orAbsent(
      account.sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })),
    );
    if (answer) yield { url, attributes: { ...answer.Attributes }, at };
  });
  return seen;
}

/** The tags of the queue that has this name, whoever's it is; nothing where there is none. */
export async function queueTags(account: Account, name: string): Promise<Tags | undefined> {
  const url = await queueUrl(account, name);
  if (url === undefined) return undefined;
  const found = await orAbsent(account.sqs.send(new ListQueueTagsCommand({ QueueUrl: url })));
  return found && (found.Tags ?? {});
}

/** Whether a dead-letter queue's messages are to go back; false where there is no such queue. */
export const isRedriveDue = async (account: Account, deadLetterQueue: string): Promise<boolean> =>
  (await queueTags(account, deadLetterQueue))?.[TAGS.redrive] === REDRIVE_DUE;

/**
 * Starts to move a dead-letter queue's messages back to the queue they came from, which is then no longer due. What
 * fails on the way is still due.
 */
export async function redriveDue(account: Account, deadLetterQueue: string): Promise<void> {
  await startRedrive(account, deadLetterQueue);
  const url = await queueUrl(account, deadLetterQueue);
  if (url !== undefined) {
    await orAbsent(account.sqs.send(new UntagQueueCommand({ QueueUrl: url, TagKeys: [TAGS.redrive] })));
  }
}

/**
 * Starts to move a dead-letter queue's messages back; a move that is under way is as good. AWS does at most 500
 * messages a second and one move at a time. (Amazon SQS: StartMessageMoveTask.)
 */
export async function startRedrive(account: Account, deadLetterQueue: string): Promise<void> {
  const { partition, region, accountId, sqs } = account;
  const SourceArn = `arn:${partition}:sqs:${region}:${accountId}:${deadLetterQueue}`;
  await orPresent(sqs.send(new StartMessageMoveTaskCommand({ SourceArn })));
}

/** A queue with what belongs to it. */
export interface ReadQueue {
  readonly queue: string;
  readonly deadLetterQueue: string;
  /** UUID of the mapping that reads it. */
  readonly mappingId: string;
}

/**
 * Stops the reading of a queue outside of any plan: first it is made to keep its messages as long as SQS does, and what
 * comes to its dead-letter queue until it stops is due to go back.
 */
export async function pauseReading(
  account: Account,
  { queue, deadLetterQueue, mappingId }: ReadQueue,
): Promise<void> {
  const { sqs, lambda } = account;
  const [url, deadLetterUrl] = await Promise.all([
    queueUrl(account, queue),
    queueUrl(account, deadLetterQueue),
  ]);
  if (url !== undefined) {
    const Attributes = { MessageRetentionPeriod: String(LONGEST_RETENTION_SECONDS) };
    await orAbsent(sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes })));
  }
  if (deadLetterUrl !== undefined) {
    const Tags = { [TAGS.redrive]: REDRIVE_DUE };
    await orAbsent(sqs.send(new TagQueueCommand({ QueueUrl: deadLetterUrl, Tags })));
  }
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID: mappingId, Enabled: false }));
}
