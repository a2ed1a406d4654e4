import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import {
  applyStatus,
  type Condition,
  type ConditionNow,
  isSameJson,
  withTransitionTimes,
} from '../../../src/kubernetes/status.ts';
import { FakeClock } from '../fake-clock.ts';
import { type Kettle, kettle, kettles } from './kettles.ts';
import { ScriptedTransport } from './scripted-transport.ts';

const early = '2025-12-31T23:00:00Z';
const now = '2026-01-01T00:00:00Z';

function said(status: Condition['status'], more: Partial<ConditionNow> = {}): ConditionNow {
  return { type: 'Ready', status, reason: 'Boiling', message: 'm', observedGeneration: 1, ...more };
}

describe('lastTransitionTime', () => {
  const earlier = (status: Condition['status']) => [{ ...said(status), lastTransitionTime: early }];

  test('stays while the status does, whatever reason, message and generation do', () => {
    const current = said('False', { reason: 'Other', message: 'n', observedGeneration: 2 });
    const [condition] = withTransitionTimes(earlier('False'), [current], new FakeClock());
    expect(condition).toEqual({ ...current, lastTransitionTime: early });
  });

  test('is now when the status flips, and when the condition is new', () => {
    const clock = new FakeClock();
    expect(withTransitionTimes(earlier('False'), [said('True')], clock)[0]?.lastTransitionTime).toBe(now);
    expect(withTransitionTimes(undefined, [said('True')], clock)[0]?.lastTransitionTime).toBe(now);
    const other = said('False', { type: 'Stalled' });
    expect(withTransitionTimes(earlier('False'), [other], clock)[0]?.lastTransitionTime).toBe(now);
  });
});

describe('sameness', () => {
  test('ignores the order of keys and keys without a value, not the order of items', () => {
    expect(isSameJson({ a: 1, b: { c: [1, null] } }, { b: { c: [1, null] }, a: 1, d: undefined })).toBe(true);
    expect(isSameJson([1, 2], [2, 1])).toBe(false);
    expect(isSameJson({ a: null }, {})).toBe(false);
    expect(isSameJson({ 0: 1 }, [1])).toBe(false);
    expect(isSameJson({}, [])).toBe(false);
    expect(isSameJson('1', 1)).toBe(false);
  });

  test('agrees with JSON text for any two values', () => {
    const sorted = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(sorted);
      if (typeof value !== 'object' || value === null) return value;
      return Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, sorted(item)]);
    };
    const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(isSameJson(a, structuredClone(a))).toBe(true);
        // Objects are told from arrays of pairs by their text.
        const text = (value: unknown) => JSON.stringify([sorted(value), JSON.stringify(value)?.[0]]);
        if (isSameJson(a, b)) expect(text(a)).toBe(text(b));
      }),
    );
  });
});

describe('applying a status', () => {
  const stalled = { ...said('False', { type: 'Stalled' }), lastTransitionTime: early };
  const foreign = { ...said('True', { type: 'Foreign' }), lastTransitionTime: early };
  const ready = { ...said('False'), lastTransitionTime: early };
  const cached = kettle('red', 3, { status: { endpoint: 'e', conditions: [foreign, ready, stalled] } });

  function apply(status: { conditions: ConditionNow[] } & Record<string, unknown>, object: Kettle = cached) {
    const transport = new ScriptedTransport(() => ({ json: kettle('red', 4) }));
    const clock = new FakeClock();
    const client = new KubernetesClient({ transport, clock });
    const options = { client, clock, fieldManager: 'nami', conditionTypes: ['Ready', 'Stalled'] };
    return { result: applyStatus(options, kettles, object, status), requests: transport.requests };
  }

  test('makes no call when it says what is there, in whatever order and beside whatever others say', async () => {
    const { result, requests } = apply({
      conditions: [said('False', { type: 'Stalled' }), said('False')],
      endpoint: 'e',
    });
    expect(await result).toEqual({ kind: 'unchanged' });
    expect(requests).toEqual([]);
  });

  test('makes one call with all that we own when it says something new', async () => {
    const conditions = [said('True'), said('False', { type: 'Stalled' })];
    const { result, requests } = apply({ endpoint: 'e', conditions });
    expect(await result).toMatchObject({ kind: 'written', object: { metadata: { resourceVersion: '4' } } });
    expect(requests).toHaveLength(1);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      apiVersion: 'test.nami.dev/v1',
      kind: 'Kettle',
      metadata: { namespace: 'kitchen', name: 'red' },
      status: {
        endpoint: 'e',
        conditions: [
          { ...conditions[0], lastTransitionTime: now },
          { ...conditions[1], lastTransitionTime: early },
        ],
      },
    });
  });

  test('never sends an empty object, which the server would take for null and refuse', async () => {
    const conditions = [said('True')];
    const { result, requests } = apply({
      endpoint: 'e',
      code: {},
      store: { at: {}, none: undefined },
      conditions,
    });
    await result;
    expect(Object.keys(JSON.parse(requests[0]?.body ?? '').status).sort()).toEqual([
      'conditions',
      'endpoint',
    ]);
  });

  test('an empty object says nothing, and so is no reason to write', async () => {
    const { result } = apply({
      endpoint: 'e',
      code: {},
      conditions: [said('False'), said('False', { type: 'Stalled' })],
    });
    expect(await result).toEqual({ kind: 'unchanged' });
  });

  test('writes to take back a field or a condition', async () => {
    const both = [said('False'), said('False', { type: 'Stalled' })];
    expect(await apply({ conditions: both }).result).toMatchObject({ kind: 'written' });
    expect(await apply({ endpoint: 'e', conditions: [said('False')] }).result).toMatchObject({
      kind: 'written',
    });
  });

  test('writes where there is no status yet', async () => {
    const fresh = kettle('red', 3);
    expect(await apply({ conditions: [said('Unknown')] }, fresh).result).toMatchObject({ kind: 'written' });
  });
});
