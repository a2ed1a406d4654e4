import { expect, test } from 'vitest';
import { keepOutcome } from '../../../../src/aws/graph/kept-outcome.ts';
import { isUnread } from '../../../../src/controller/pipeline/first-answer.ts';
import { type Memory, newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { applied, outcomeOf } from '../pipelines.ts';

const ANSWERED = { answersSince: '2026-01-01T00:00:00Z' };

/** What is remembered where the mapping was seen like this. */
function memoryOf(outputs: Record<string, string>): Memory {
  const outcome = keepOutcome(applied(outcomeOf('EventSourceMapping', 'mapping', { outputs })));
  return { ...newMemory('u'), applied: { plan: 'p', requested: undefined, at: 0, outcome } };
}

test('a queue is unread while its mapping was never resumed', () => {
  expect(isUnread(undefined, memoryOf({ isPaused: 'true' }))).toBe(true);
});

test.each([
  ['the mapping reads it, or is about to', undefined, memoryOf({ isPaused: 'false' })],
  ['nothing was seen of the mapping, as after a restart', undefined, newMemory('u')],
  ['the mapping is not there', undefined, memoryOf({})],
  ['the store answered before a restart', ANSWERED, memoryOf({ isPaused: 'true' })],
  [
    'the store answered since',
    undefined,
    {
      ...memoryOf({ isPaused: 'true' }),
      store: { ...newMemory('u').store, answeredAt: 1 },
    },
  ],
])('it may have been read where %s', (_, told, memory) => {
  expect(isUnread(told, memory)).toBe(false);
});
