import { expect, test } from 'vitest';
import { suspendedConditions } from '../../../../src/controller/report/suspended.ts';

const before = (status: 'True' | 'False') =>
  ['Ready', 'GatewayReady', 'QueueReady', 'FunctionsReady', 'StoreReady', 'Stalled'].map((type) => ({
    type,
    status,
    reason: 'Before',
    message: 'm',
    observedGeneration: 1,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }));
const said = (...args: Parameters<typeof suspendedConditions>) =>
  Object.fromEntries(
    suspendedConditions(...args).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );

test('a suspended pipeline has neither failed nor is it on its way: its events flow as before', () => {
  expect(said(before('True'), 2, false)).toEqual({
    Ready: 'True Suspended',
    GatewayReady: 'True Suspended',
    QueueReady: 'True Suspended',
    FunctionsReady: 'True Suspended',
    StoreReady: 'True Suspended',
    Reconciling: 'False Suspended',
    Stalled: 'False Suspended',
    Healthy: 'Unknown Suspended',
    Suspended: 'True Suspended',
  });
});

test('what was not ready is not said to be, and what was never seen is not known', () => {
  expect(said(before('False'), 2, false).Ready).toBe('False Suspended');
  expect(said(undefined, 1, false).Ready).toBe('Unknown Suspended');
});

test('each speaks of the generation that suspends, and says what a deletion waits for', () => {
  const conditions = suspendedConditions(before('True'), 7, true);
  expect(new Set(conditions.map(({ observedGeneration }) => observedGeneration))).toEqual(new Set([7]));
  expect(conditions[0]?.message).toContain('nothing is removed until it is false');
});
