import { randomUUID } from 'node:crypto';

export interface Message {
  readonly messageId: string;
  readonly body: string;
  receiveCount: number;
}

/** `spec.queue.maxReceiveCount` by default. */
const MAX_RECEIVES = 5;
/** 180 s in the operator's queues: here it must fit into the run. */
export const VISIBILITY_SECONDS = 5;

/** A standard queue with a dead-letter queue, in memory. */
export class MessageQueue {
  readonly #visible: Message[] = [];
  readonly #inFlight = new Map<string, NodeJS.Timeout>();
  readonly #deadLetters: Message[] = [];

  /** Visible and in flight. */
  get depth(): number {
    return this.#visible.length + this.#inFlight.size;
  }

  get deadLetters(): number {
    return this.#deadLetters.length;
  }

  send(body: string): string {
    const messageId = randomUUID();
    this.#visible.push({ messageId, body, receiveCount: 0 });
    return messageId;
  }

  /** Messages that nobody else sees until they are deleted or their time is up. */
  receive(most: number): Message[] {
    const received: Message[] = [];
    while (received.length < most) {
      const message = this.#visible.shift();
      if (message === undefined) break;
      if (message.receiveCount === MAX_RECEIVES) {
        this.#deadLetters.push(message);
        continue;
      }
      message.receiveCount += 1;
      const becomesVisible = () => {
        this.#inFlight.delete(message.messageId);
        this.#visible.push(message);
      };
      this.#inFlight.set(message.messageId, setTimeout(becomesVisible, VISIBILITY_SECONDS * 1000));
      received.push(message);
    }
    return received;
  }

  delete(messageId: string): void {
    clearTimeout(this.#inFlight.get(messageId));
    this.#inFlight.delete(messageId);
  }
}
