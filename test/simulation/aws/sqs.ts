import type {
  CreateQueueRequest,
  DeleteQueueRequest,
  GetQueueAttributesRequest,
  GetQueueUrlRequest,
  ListQueuesRequest,
  ListQueueTagsRequest,
  SetQueueAttributesRequest,
  StartMessageMoveTaskRequest,
  TagQueueRequest,
  UntagQueueRequest,
} from '@aws-sdk/client-sqs';
import { AwsError } from './aws-error.ts';
import { pageOf } from './pages.ts';
import { type Operations, Service } from './service.ts';
import { Table } from './table.ts';
import type { Tags } from './tags.ts';

export interface Queue {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Tags;
  readonly madeAt: number;
}

/** A message in a queue. Milliseconds since the epoch. */
export interface Message {
  readonly id: string;
  readonly queue: string;
  /** The event that it carries. */
  readonly event: string;
  /** When it first came into a queue: its age counts from here, through the dead-letter queue too. */
  readonly sentAt: number;
  /** Invisible until then: somebody works on it. */
  readonly visibleAt: number;
  readonly receives: number;
}

const PAGE = 1000;
/** (SQS API: SetQueueAttributes.) */
const DEFAULTS = { MessageRetentionPeriod: '345600', VisibilityTimeout: '30', DelaySeconds: '0' };

/** Amazon SQS. Errors as in the SQS API Reference; messages are moved by {@link Traffic}. */
export class Sqs extends Service {
  readonly queues = new Table<Queue>(this.moment);
  readonly messages = new Table<Message>(this.moment);
  /** Events that went with their queue, or expired in it. */
  readonly lost: { readonly event: string; readonly why: string }[] = [];
  /** Called when a message has come. */
  onMessage = () => {};
  readonly #deletedAt = new Map<string, number>();

  /** Puts a message into a queue, as a sender of messages does; undefined where there is no such queue. */
  send(queue: string, event: string, sentAt = this.now): Message | undefined {
    if (!this.queues.has(queue)) return undefined;
    const id = this.around.newId('message');
    const message = { id, queue, event, sentAt, visibleAt: this.now, receives: 0 };
    this.messages.set(id, message);
    this.onMessage();
    return message;
  }

  messagesIn(queue: string): Message[] {
    return this.messages.filter((message) => message.queue === queue);
  }

  nameOf(arnOrUrl: string): string {
    return arnOrUrl.split(/[:/]/).at(-1) ?? '';
  }

  seconds(queue: Queue, attribute: keyof typeof DEFAULTS): number {
    return Number(queue.attributes[attribute] ?? DEFAULTS[attribute]);
  }

  redriveOf({
    attributes,
  }: Queue): { readonly deadLetters: string; readonly maxReceiveCount: number } | undefined {
    if (attributes.RedrivePolicy === undefined) return undefined;
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(attributes.RedrivePolicy) as {
      deadLetterTargetArn: string;
      maxReceiveCount: number | string;
    };
    return { deadLetters: this.nameOf(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) };
  }

  readonly operations: Operations = {
    CreateQueue: ({ QueueName: name = '', Attributes = {}, tags = {} }: CreateQueueRequest) => {
      const known = this.queues.get(name);
      const deletedAt = this.#deletedAt.get(name);
      if (
        !known &&
        deletedAt !== undefined &&
        this.moment.since(deletedAt) < this.around.times.queueDeletedRecently
      ) {
        throw new AwsError(
          'QueueDeletedRecently',
          'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
        );
      }
      const isOther = Object.entries(Attributes).some(([key, value]) => known?.attributes[key] !== value);
      if (known && isOther) {
        throw new AwsError(
          'QueueNameExists',
          'A queue already exists with the same name and a different value for some attribute',
        );
      }
      this.#requireDeadLetterQueue(Attributes);
      if (!known) {
        this.queues.set(name, {
          name,
          attributes: Attributes as Queue['attributes'],
          tags,
          madeAt: this.now,
        });
      }
      return { QueueUrl: this.#url(name) };
    },
    GetQueueUrl: ({ QueueName = '' }: GetQueueUrlRequest) => ({
      QueueUrl: this.#url(this.#require(QueueName).name),
    }),
    GetQueueAttributes: ({ QueueUrl = '', AttributeNames = [] }: GetQueueAttributesRequest) => {
      const all = this.#attributesOf(this.#require(QueueUrl));
      const names = new Set<string>(AttributeNames);
      const asked = Object.entries(all).filter(([name]) => names.has('All') || names.has(name));
      return { Attributes: Object.fromEntries(asked) };
    },
    SetQueueAttributes: ({ QueueUrl = '', Attributes }: SetQueueAttributesRequest) => {
      const { name, attributes } = this.#require(QueueUrl);
      this.#requireDeadLetterQueue(Attributes ?? {});
      this.queues.change(name, { attributes: { ...attributes, ...(Attributes as Queue['attributes']) } });
      return {};
    },
    ListQueues: ({ QueueNamePrefix = '', NextToken, MaxResults }: ListQueuesRequest) => {
      const found = this.queues.filter(({ name }) => name.startsWith(QueueNamePrefix));
      const { items, next } = pageOf(found, NextToken, MaxResults ?? PAGE);
      return {
        QueueUrls: items.map(({ name }) => this.#url(name)),
        ...(next !== undefined && { NextToken: next }),
      };
    },
    ListQueueTags: ({ QueueUrl = '' }: ListQueueTagsRequest) => ({
      Tags: { ...this.#require(QueueUrl).tags },
    }),
    TagQueue: ({ QueueUrl = '', Tags }: TagQueueRequest) => {
      const { name, tags } = this.#require(QueueUrl);
      this.queues.change(name, { tags: { ...tags, ...Tags } });
      return {};
    },
    UntagQueue: ({ QueueUrl = '', TagKeys = [] }: UntagQueueRequest) => {
      const { name, tags } = this.#require(QueueUrl);
      const kept = Object.entries(tags).filter(([key]) => !TagKeys.includes(key));
      this.queues.change(name, { tags: Object.fromEntries(kept) });
      return {};
    },
    DeleteQueue: ({ QueueUrl = '' }: DeleteQueueRequest) => {
      this.delete(this.#require(QueueUrl).name);
      return {};
    },
    StartMessageMoveTask: ({ SourceArn = '' }: StartMessageMoveTaskRequest) => {
      const source = this.nameOf(SourceArn);
      if (!this.queues.has(source)) {
        throw new AwsError(
          'ResourceNotFoundException',
          "The resource that you specified for the SourceArn parameter doesn't exist.",
          404,
        );
      }
      const origin = this.queues.find((queue) => this.redriveOf(queue)?.deadLetters === source);
      if (!origin)
        throw new AwsError(
          'InvalidParameterValue',
          'Source queue must be configured as a Dead Letter Queue.',
        );
      for (const { id, event, sentAt } of this.messagesIn(source)) {
        this.messages.delete(id);
        // A message that is moved gets a new id, and keeps its age. (SQS: "dead-letter queue redrive".)
        this.send(origin.name, event, sentAt);
      }
      return { TaskHandle: this.around.newId('task') };
    },
  };

  /** Deletes a queue with all that is in it. */
  delete(name: string): void {
    for (const { id, event } of this.messagesIn(name)) {
      this.messages.delete(id);
      this.lost.push({ event, why: `went with the queue ${name}` });
    }
    this.queues.delete(name);
    this.#deletedAt.set(name, this.now);
  }

  #url(name: string): string {
    const { region, accountId } = this.around;
    return `https://sqs.${region}.amazonaws.com/${accountId}/${name}`;
  }

  #require(nameOrUrl: string): Queue {
    const queue = this.queues.get(this.nameOf(nameOrUrl));
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  #requireDeadLetterQueue({ RedrivePolicy }: Readonly<Record<string, string | undefined>>): void {
    if (RedrivePolicy === undefined) return;
    const { deadLetterTargetArn = '' } = JSON.parse(RedrivePolicy) as { deadLetterTargetArn?: string };
    if (!this.queues.has(this.nameOf(deadLetterTargetArn))) {
      throw new AwsError(
        'InvalidParameterValue',
        `Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
      );
    }
  }

  #attributesOf(queue: Queue): Record<string, string> {
    const inQueue = this.messagesIn(queue.name);
    const visible = inQueue.filter(({ visibleAt }) => visibleAt <= this.now).length;
    return {
      ...DEFAULTS,
      ...queue.attributes,
      QueueArn: this.arn('sqs', queue.name),
      CreatedTimestamp: String(Math.floor(queue.madeAt / 1000)),
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inQueue.length - visible),
      ApproximateNumberOfMessagesDelayed: '0',
    };
  }
}
