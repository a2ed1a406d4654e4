import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MessageQueue, VISIBILITY_SECONDS } from '../../../../bench/burst/message-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const untilVisible = () => vi.advanceTimersByTime(VISIBILITY_SECONDS * 1000);

describe('the queue', () => {
  test('hands out so many messages at most, in their order, each to one receiver', () => {
    const queue = new MessageQueue();
    for (const body of ['a', 'b', 'c']) queue.send(body);
    expect(queue.receive(2).map(({ body }) => body)).toEqual(['a', 'b']);
    expect(queue.receive(2).map(({ body }) => body)).toEqual(['c']);
    expect(queue.receive(2)).toEqual([]);
    expect(queue.depth, 'those in flight are still its own').toBe(3);
  });

  test('forgets what is deleted', () => {
    const queue = new MessageQueue();
    const messageId = queue.send('a');
    queue.receive(1);
    queue.delete(messageId);
    untilVisible();
    expect(queue.receive(1)).toEqual([]);
    expect(queue.depth).toBe(0);
  });

  test('shows again what is not deleted in time, and counts the receives', () => {
    const queue = new MessageQueue();
    queue.send('a');
    expect(queue.receive(1)).toMatchObject([{ body: 'a', receiveCount: 1 }]);
    vi.advanceTimersByTime(VISIBILITY_SECONDS * 1000 - 1);
    expect(queue.receive(1)).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(queue.receive(1)).toMatchObject([{ body: 'a', receiveCount: 2 }]);
  });

  test('puts what failed five times with the dead letters, and hands out the next instead', () => {
    const queue = new MessageQueue();
    queue.send('bad');
    for (let receive = 1; receive <= 5; receive++) {
      expect(queue.receive(1)).toMatchObject([{ body: 'bad', receiveCount: receive }]);
      untilVisible();
    }
    queue.send('good');
    expect(queue.receive(1)).toMatchObject([{ body: 'good' }]);
    expect(queue).toMatchObject({ deadLetters: 1, depth: 1 });
  });
});
