import { describe, expect, test } from 'vitest';
import { type Drain, drain } from '../../../../src/controller/pipeline/drain.ts';
import type { QueueSight } from '../../../../src/controller/pipeline/look-at-queues.ts';
import { pipeline } from '../pipelines.ts';

const EMPTY: QueueSight = { is: 'there', messages: 0 };
const holds = (messages: number): QueueSight => ({ is: 'there', messages });
const ABSENT: QueueSight = { is: 'absent' };
const UNSEEN: QueueSight = { is: 'unseen', why: 'throttled' };

const known = pipeline('orders', {
  status: { observedGeneration: 1, objects: [{ kind: 'Queue', name: 'queue', id: 'q', state: 'Ready' }] },
});

function look(
  queue: QueueSight,
  deadLetters: QueueSight,
  more: Partial<Parameters<typeof drain>[0]> = {},
): Drain {
  return drain({
    sights: { queue, deadLetters },
    redrives: false,
    pipeline: known,
    emptySince: undefined,
    now: 100_000,
    begun: 0,
    settleSeconds: 60,
    drainSeconds: 600,
    ...more,
  });
}

describe('the queues of a pipeline that is being deleted', () => {
  test.each<[string, QueueSight, QueueSight, string]>([
    ['the queue holds events', holds(5), EMPTY, 'draining'],
    ['the queue holds events and the dead-letter queue was deleted by hand', holds(5), ABSENT, 'draining'],
    ['the queue holds events and the dead-letter queue can not be seen', holds(5), UNSEEN, 'draining'],
    ['the queue was deleted by hand and the dead-letter queue holds events', ABSENT, holds(4), 'stopped'],
    ['the queue can not be seen and the dead-letter queue holds events', UNSEEN, holds(4), 'stopped'],
    ['dead letters are left', EMPTY, holds(4), 'stopped'],
    ['the queue can not be seen', UNSEEN, EMPTY, 'stopped'],
    ['the dead-letter queue can not be seen', EMPTY, UNSEEN, 'stopped'],
    ['both look empty, for the first time', EMPTY, EMPTY, 'settling'],
    ['one looks gone, which may be an answer that lags', ABSENT, EMPTY, 'settling'],
    ['both look gone, likewise', ABSENT, ABSENT, 'settling'],
  ])('stay when %s', (_, queue, deadLetters, is) => {
    expect(look(queue, deadLetters).is).toBe(is);
  });

  test('go when they have looked empty for long enough', () => {
    expect(look(EMPTY, EMPTY, { emptySince: 41_000 })).toMatchObject({ is: 'settling', seconds: 1 });
    expect(look(EMPTY, EMPTY, { emptySince: 40_000 })).toEqual({ is: 'drained' });
    expect(look(ABSENT, ABSENT, { emptySince: 40_000 })).toEqual({ is: 'drained' });
  });

  test('need no time where there never were any', () => {
    expect(look(ABSENT, ABSENT, { pipeline: pipeline('unborn') })).toEqual({ is: 'drained' });
    expect(look(UNSEEN, ABSENT, { pipeline: pipeline('unborn') }).is).toBe('stopped');
  });

  test('go with what they hold when the user gives it up', () => {
    const given = pipeline('orders', { metadata: { annotations: { 'nami.dev/discard-events': 'true' } } });
    expect(look(holds(5), UNSEEN, { pipeline: given })).toEqual({ is: 'drained' });
  });

  test('are worked on while dead letters of an outage are to go back', () => {
    expect(look(EMPTY, holds(4), { redrives: true })).toEqual({ is: 'draining', depth: 4, isLate: false });
    expect(look(holds(5), holds(4), { redrives: true })).toMatchObject({ depth: 9 });
  });

  test('say how to go on', () => {
    expect(look(EMPTY, holds(4))).toMatchObject({
      overall: {
        reason: 'DeadLettersLeft',
        terminal: true,
        message: expect.stringMatching(/^4 events .*discard-events=true/),
      },
    });
    expect(look(UNSEEN, EMPTY)).toMatchObject({
      overall: { reason: 'QueueUnseen', terminal: false, message: expect.stringContaining('throttled') },
    });
    expect(look(holds(5), EMPTY, { now: 600_001 })).toMatchObject({ is: 'draining', isLate: true });
  });
});
