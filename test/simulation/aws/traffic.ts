import type { Lambda, Mapping } from './lambda.ts';
import type { Surroundings } from './service.ts';
import type { Message, Queue, Sqs } from './sqs.ts';
import type { Stores } from './stores.ts';

/** Milliseconds between two looks at the queues while there is something in them. */
const SOON = 1000;
const LATER = 15_000;

/**
 * What happens to messages with time: mappings that are enabled bring them to their function, which stores them or not;
 * what was received too often goes to the dead-letter queue, and what grows too old is gone.
 */
export class Traffic {
  readonly #around: Surroundings;
  readonly #sqs: Sqs;
  readonly #lambda: Lambda;
  readonly #stores: Stores;
  #isArmed = false;

  constructor(around: Surroundings, { sqs, lambda, stores }: { sqs: Sqs; lambda: Lambda; stores: Stores }) {
    this.#around = around;
    this.#sqs = sqs;
    this.#lambda = lambda;
    this.#stores = stores;
    sqs.onMessage = () => this.#arm(SOON);
    lambda.onMapping = () => this.#arm(SOON);
  }

  #arm(milliseconds: number): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.#around.clock.after(milliseconds, () => {
      this.#isArmed = false;
      this.#tick();
    });
  }

  #tick(): void {
    const reading = this.#lambda.mappings.values().filter((mapping) => this.#lambda.reads(mapping));
    for (const queue of this.#sqs.queues.values()) this.#expire(queue);
    for (const mapping of reading) this.#read(mapping);
    if (this.#sqs.messages.size > 0) this.#arm(reading.length > 0 ? SOON : LATER);
  }

  #expire(queue: Queue): void {
    const oldest = this.#around.clock.now() - this.#sqs.seconds(queue, 'MessageRetentionPeriod') * 1000;
    for (const { id, event, sentAt } of this.#sqs.messagesIn(queue.name)) {
      if (sentAt > oldest) continue;
      this.#sqs.messages.delete(id);
      this.#sqs.lost.push({ event, why: `expired in ${queue.name}` });
    }
  }

  #read({ queueArn, functionArn, batchSize, maximumConcurrency = 5 }: Mapping): void {
    const queue = this.#sqs.queues.get(this.#sqs.nameOf(queueArn));
    const [, , , , , , functionName = '', alias] = functionArn.split(':');
    const invoked = this.#lambda.versionOf(functionName, alias);
    if (!queue || !invoked) return;
    const now = this.#around.clock.now();
    const batch = this.#sqs
      .messagesIn(queue.name)
      .filter(({ visibleAt }) => visibleAt <= now)
      .slice(0, batchSize * maximumConcurrency);
    if (batch.length === 0) return;
    const store = this.#lambda.refusalOf(invoked) ? { why: 'it does not run' } : this.#stores.reach(invoked);
    const redrive = this.#sqs.redriveOf(queue);
    for (const message of batch) {
      if (redrive && message.receives >= redrive.maxReceiveCount) this.#giveUp(message, redrive.deadLetters);
      else if ('why' in store) this.#return(message, queue);
      else {
        store.events.add(message.event);
        this.#sqs.messages.delete(message.id);
      }
    }
  }

  /** What failed comes back once it is visible again. */
  #return({ id, receives }: Message, queue: Queue): void {
    const visibleAt = this.#around.clock.now() + this.#sqs.seconds(queue, 'VisibilityTimeout') * 1000;
    this.#sqs.messages.change(id, { receives: receives + 1, visibleAt });
  }

  #giveUp(message: Message, deadLetters: string): void {
    if (!this.#sqs.queues.has(deadLetters)) return;
    const visibleAt = this.#around.clock.now();
    this.#sqs.messages.change(message.id, { queue: deadLetters, receives: 0, visibleAt });
  }
}
