import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../../src/aws/graph/apply.ts';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { type Looked, nextLook } from '../../../../src/controller/pipeline/next-look.ts';
import { FakeClock } from '../../fake-clock.ts';
import { applied, believed, outcomeOf, reachable } from '../pipelines.ts';

const FINDING = {
  part: 'Store',
  reason: 'Progressing',
  message: '',
  terminal: false,
  failed: false,
} as const;

function next(more: Partial<Looked> & { depth?: number } = {}) {
  const memory = newMemory('u');
  memory.store = believed(reachable());
  memory.storeAskedAt = 0;
  memory.queue = { depth: more.depth ?? 0, deadLetters: 0 };
  const rest = { outcome: applied(), isPutOff: false, findings: [], isDone: true };
  const looked = { memory, isStale: false, ...rest, ...more };
  return nextLook(looked, { lookSeconds: 60 }, new FakeClock());
}
const failed = (done: string[]): Outcome => ({
  ...applied(outcomeOf('Queue', 'q', { state: 'Failed', done })),
  failed: true,
});

describe('the next look', () => {
  test('at a pipeline that is well is routine, with some jitter', () => {
    const well = next();
    expect(well).toMatchObject({ urgency: 'routine' });
    expect('after' in well && well.after).toBeGreaterThanOrEqual(60);
    expect('after' in well && well.after).toBeLessThan(63.1);
  });

  test.each<[string, Parameters<typeof next>[0], number, string]>([
    ['an object takes its time', { outcome: { ...applied(), seconds: 2 }, findings: [FINDING] }, 2, 'begun'],
    ['it waits for its region', { findings: [FINDING] }, 10, 'begun'],
    ['others are being compared with AWS', { isPutOff: true }, 10, 'routine'],
    ['events wait in its queue', { depth: 3 }, 10, 'routine'],
    ['the queue has to follow the store', { isStale: true }, 0.01, 'begun'],
  ])('comes soon when %s', (_, more, seconds, urgency) => {
    const soon = next(more);
    expect(soon).toMatchObject({ urgency });
    expect('after' in soon && Math.floor(soon.after * 100) / 100).toBeLessThanOrEqual(seconds * 1.05 + 0.01);
  });

  test('at a pipeline that waits for its user is no sooner than at one that is well', () => {
    const stalled = next({ findings: [{ ...FINDING, terminal: true, failed: true }] });
    expect(stalled).toMatchObject({ urgency: 'routine' });
    expect('after' in stalled && stalled.after).toBeGreaterThanOrEqual(60);
  });

  test('backs off after a failure, from the beginning where something was achieved all the same', () => {
    expect(next({ outcome: failed([]) })).toEqual({ backoff: true, progressed: false });
    expect(next({ outcome: failed(['created']) })).toEqual({ backoff: true, progressed: true });
    expect(next({ isDone: false })).toEqual({ backoff: true, progressed: false });
  });
});
