import { expect, test } from 'vitest';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { retentionOf } from '../../../../src/controller/pipeline/retention.ts';
import { pipeline } from '../pipelines.ts';

/** Its store answered before this process began. */
const KNOWN = pipeline('known', {
  status: { observedGeneration: 1, store: { answersSince: '2026-01-01T00:00:00Z' } },
});
const NEW = pipeline('new');
const EXTERNAL = pipeline('external', {
  spec: { store: { external: { uriSecretRef: { name: 's', key: 'k' } } } },
});

const holding = (depth: number) => ({ depth, deadLetters: 0 });

test('a queue that is not read keeps its events as long as it can, until it was seen empty', () => {
  const memory = newMemory('u');
  const next = (isRead: boolean, depth: number) => {
    memory.queue = holding(depth);
    return retentionOf(memory, KNOWN, isRead);
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
  expect(retentionOf(memory, KNOWN, undefined)).toBe('kept');
  expect(retentionOf(memory, KNOWN, true)).toBe('kept');
  memory.queue = holding(0);
  expect(retentionOf(memory, KNOWN, true)).toBe('spec');
});

test('a queue is made to keep its events for long where a managed store is still to come up', () => {
  const memory = newMemory('u');
  expect(retentionOf(memory, NEW, undefined)).toBe('longest');
  expect(retentionOf(memory, EXTERNAL, undefined)).toBe('kept');
  memory.store = { ...memory.store, answeredAt: 1 };
  expect(retentionOf(memory, NEW, undefined)).toBe('kept');
});
