import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaFunction } from './lambda-function.ts';
import type { Message, MessageQueue } from './message-queue.ts';

/** `spec.postQueue.batchSize` and `concurrency` by default. */
export const BATCH_SIZE = 10;
export const MAXIMUM_CONCURRENCY = 5;

const EMPTY_QUEUE_PAUSE_MILLISECONDS = 20;

/** Feeds the queue to the function (AWS: Lambda with Amazon SQS), with ReportBatchItemFailures and no batch window. */
export class EventSourceMapping {
  readonly #queue: MessageQueue;
  readonly #postQueue: LambdaFunction;
  readonly #pollers: readonly Promise<void>[];
  #stopped = false;

  constructor(queue: MessageQueue, postQueue: LambdaFunction) {
    this.#queue = queue;
    this.#postQueue = postQueue;
    this.#pollers = Array.from({ length: MAXIMUM_CONCURRENCY }, () => this.#poll());
  }

  /** Once those batches have ended that are with the function. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#pollers);
  }

  async #poll(): Promise<void> {
    while (!this.#stopped) {
      const messages = this.#queue.receive(BATCH_SIZE);
      if (messages.length === 0) await sleep(EMPTY_QUEUE_PAUSE_MILLISECONDS);
      else await this.#process(messages);
    }
  }

  async #process(messages: readonly Message[]): Promise<void> {
    const Records = messages.map(({ messageId, body, receiveCount }) => ({
      messageId,
      body,
      attributes: { ApproximateReceiveCount: String(receiveCount) },
      eventSource: 'aws:sqs',
    }));
    const result = await this.#postQueue.invoke(JSON.stringify({ Records }));
    // What isn't deleted comes again when its visibility timeout is over.
    if (result.kind !== 'response') return;
    const { batchItemFailures } = JSON.parse(result.text) as {
      batchItemFailures: { itemIdentifier: string }[];
    };
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { messageId } of messages) if (!failed.has(messageId)) this.#queue.delete(messageId);
  }
}
