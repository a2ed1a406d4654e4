import { describe, expect, test } from 'vitest';
import { decide, held, observe, released } from '../../../../src/kubernetes/leader-election/decide.ts';
import type { LeaseSpec } from '../../../../src/kubernetes/leader-election/lease.ts';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0, 7);
const OTHERS: LeaseSpec = {
  holderIdentity: 'other',
  leaseDurationSeconds: 15,
  acquireTime: '2020-01-01T00:00:00.000000Z',
  renewTime: '2020-01-01T00:00:00.000000Z',
  leaseTransitions: 3,
};

describe('a lease', () => {
  test('of our own is renewed, however old it looks', () => {
    expect(decide({ spec: { ...OTHERS, holderIdentity: 'me' }, since: 0 }, 'me', 1e9)).toEqual({
      is: 'renew',
    });
  });

  test('of another is left alone for its whole duration since it was seen to change, whatever its times say', () => {
    const observed = { spec: OTHERS, since: 1000 };
    expect(decide(observed, 'me', 15_999)).toEqual({ is: 'wait', holder: 'other', until: 16_000 });
    expect(decide(observed, 'me', 16_000)).toEqual({ is: 'acquire' });
  });

  test('that nobody holds is taken at once', () => {
    expect(decide({ spec: {}, since: 0 }, 'me', 0)).toEqual({ is: 'acquire' });
    expect(decide({ spec: released(OTHERS, NOW), since: 0 }, 'me', 0)).toEqual({ is: 'acquire' });
  });

  test('counts as seen anew only when something in it has changed', () => {
    const first = observe(undefined, OTHERS, 1);
    expect(observe(first, { ...OTHERS }, 2)).toBe(first);
    expect(observe(first, { ...OTHERS, renewTime: '2019-01-01T00:00:00.000000Z' }, 2).since).toBe(2);
  });
});

describe('what is written', () => {
  test('has times with six decimals, which alone the API server takes', () => {
    expect(held(undefined, 'me', 15, NOW)).toEqual({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T12:00:00.007000Z',
      renewTime: '2026-01-01T12:00:00.007000Z',
      leaseTransitions: 0,
    });
  });

  test('counts a transition when the holder changes, and keeps its time of acquisition when it does not', () => {
    const taken = held(OTHERS, 'me', 15, NOW);
    expect(taken.leaseTransitions).toBe(4);
    expect(held(taken, 'me', 15, NOW + 2000)).toEqual({ ...taken, renewTime: '2026-01-01T12:00:02.007000Z' });
  });

  test('gives a lease up as client-go does', () => {
    expect(released(OTHERS, NOW)).toEqual({
      holderIdentity: '',
      leaseDurationSeconds: 1,
      acquireTime: '2026-01-01T12:00:00.007000Z',
      renewTime: '2026-01-01T12:00:00.007000Z',
      leaseTransitions: 3,
    });
  });
});
