import { expect, test } from 'vitest';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { retentionOf } from '../../../../src/controller/pipeline/retention.ts';

const holding = (depth: number) => ({ depth, deadLetters: 0 });

test('a queue that is not read keeps its events as long as it can, until it was seen empty', () => {
  const memory = newMemory('u');
  const next = (isRead: boolean, depth: number) => {
    memory.queue = holding(depth);
    return retentionOf(memory, isRead);
  };
  expect(next(false, 5)).toBe('longest');
  expect(next(false, 0)).toBe('longest');
  expect(next(true, 5)).toBe('kept');
  expect(next(true, 0)).toBe('spec');
  // What comes in from then on is no reason to change the queue again.
  expect(next(true, 5)).toBe('spec');
});

test('after a restart nothing is shortened before the queue was seen empty', () => {
  const memory = newMemory('u');
  expect(retentionOf(memory, undefined)).toBe('kept');
  expect(retentionOf(memory, true)).toBe('kept');
  memory.queue = holding(0);
  expect(retentionOf(memory, true)).toBe('spec');
});
