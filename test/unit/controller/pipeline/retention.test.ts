import { expect, test } from 'vitest';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { retentionOf } from '../../../../src/controller/pipeline/retention.ts';
import { believed, reachable, UNREACHABLE } from '../pipelines.ts';

const UNKNOWN = believed({ is: 'unknown', why: '' });
const holding = (depth: number) => ({ depth, deadLetters: 0 });

test('a queue that is not read keeps its events as long as it can, until it was seen empty', () => {
  const memory = newMemory('u');
  const next = (store = believed(reachable()), depth = 0) => {
    memory.store = store;
    memory.queue = holding(depth);
    return retentionOf(memory);
  };
  expect(next(believed(UNREACHABLE), 5)).toBe('longest');
  expect(next(believed(UNREACHABLE), 0)).toBe('longest');
  expect(next(believed(reachable()), 5)).toBe('kept');
  expect(next(believed(reachable()), 0)).toBe('spec');
  // What comes in from then on is no reason to change the queue again.
  expect(next(believed(reachable()), 5)).toBe('spec');
});

test('after a restart nothing is shortened before the queue was seen empty', () => {
  const memory = newMemory('u');
  memory.store = UNKNOWN;
  expect(retentionOf(memory)).toBe('kept');
  memory.store = believed(reachable());
  expect(retentionOf(memory)).toBe('kept');
  memory.queue = holding(0);
  expect(retentionOf(memory)).toBe('spec');
});
