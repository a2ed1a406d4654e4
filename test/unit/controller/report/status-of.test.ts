import { describe, expect, test } from 'vitest';
import type { WebhookPipelineStatus } from '../../../../src/api/v1alpha1.ts';
import { rfc3339 } from '../../../../src/clock.ts';
import type { Memory } from '../../../../src/controller/pipeline/memory.ts';
import type { RegionOffer } from '../../../../src/controller/region/region-board.ts';
import { keptStatus, statusOf } from '../../../../src/controller/report/status-of.ts';
import { inputOf } from '../../plan/inputs.ts';
import { applied, outcomeOf } from '../pipelines.ts';

const TEMPLATE = 'https://{api}.execute-api.{region}.amazonaws.com/{stage}/nami/{path}';
const ALIAS = outcomeOf('Alias', 'pre-queue', { outputs: { arn: 'arn:pre', codeSha256: 'sha-1' } });
const offer = (shown: string[]): RegionOffer => ({
  given: { gateway: { restApiId: 'api1' } },
  shown: new Set(shown),
  problems: new Map(),
});
const NOW = Date.UTC(2026, 0, 1, 12);
const reached = (at: number): Memory => ({
  uid: 'u',
  codeObjects: new Map(),
  store: {
    is: 'reachable',
    at,
    probe: { nami: 'post-queue', problems: [], store: { reachable: true, documents: 0 } },
  },
});

function status(
  more: {
    memory?: Memory;
    shown?: string[];
    before?: WebhookPipelineStatus;
    nodes?: Parameters<typeof applied>;
  } = {},
) {
  const {
    memory = { uid: 'u', codeObjects: new Map() },
    shown = ['arn:pre'],
    before,
    nodes = [ALIAS],
  } = more;
  return statusOf(
    { input: inputOf({}), outcome: applied(...nodes), memory, offer: offer(shown) },
    before,
    TEMPLATE,
  );
}

describe('the URL', () => {
  test('is told once senders can reach it', () => {
    const url = 'https://api1.execute-api.eu-central-1.amazonaws.com/live/nami/orders';
    expect(status().endpoint).toEqual({ url, path: 'orders', region: 'eu-central-1' });
    expect(status({ shown: [] }).endpoint).toEqual({ path: 'orders', region: 'eu-central-1' });
  });

  test('stays told while the gateway is being changed', () => {
    const before = { observedGeneration: 1, endpoint: { url: 'https://known' } };
    expect(status({ shown: [], before }).endpoint?.url).toBe('https://known');
  });

  test('takes any form that the operator is given', () => {
    const seen = {
      input: inputOf({}),
      outcome: applied(ALIAS),
      memory: { uid: 'u', codeObjects: new Map() },
      offer: offer(['arn:pre']),
    };
    const form = 'http://h/{api}/{stage}/{path}?{other}';
    expect(statusOf(seen, undefined, form).endpoint?.url).toBe('http://h/api1/live/orders?{other}');
  });
});

describe('the time of the last answer of the store', () => {
  const earlier = (at: number) => ({ observedGeneration: 1, store: { lastProbeTime: rfc3339(at) } });
  const told = (more: Parameters<typeof status>[0]) => status(more).store?.lastProbeTime;

  test('is told at the first answer', () => {
    expect(told({ memory: reached(NOW) })).toBe('2026-01-01T12:00:00Z');
    expect(told({})).toBeUndefined();
  });

  test('is news only after a quarter of an hour, lest each look be a write', () => {
    expect(told({ memory: reached(NOW), before: earlier(NOW - 899_000) })).toBe(rfc3339(NOW - 899_000));
    expect(told({ memory: reached(NOW), before: earlier(NOW - 900_000) })).toBe(rfc3339(NOW));
  });

  test('stays while the store does not answer', () => {
    const memory: Memory = { uid: 'u', codeObjects: new Map(), store: { is: 'unreachable', why: 'refused' } };
    expect(told({ memory, before: earlier(NOW) })).toBe(rfc3339(NOW));
  });
});

describe('the rest of the status', () => {
  test('lists every object with its state, and an id where it has one', () => {
    const { id: _, ...unborn } = outcomeOf('Role', 'r', { state: 'Blocked' });
    expect(status({ nodes: [outcomeOf('Queue', 'q'), unborn] }).objects).toEqual([
      { kind: 'Queue', name: 'q', id: 'q', state: 'Ready' },
      { kind: 'Role', name: 'r', state: 'Blocked' },
    ]);
  });

  test('tells host, volume and code', () => {
    const nodes = [
      ALIAS,
      outcomeOf('Instance', 'host', { id: 'i-1', outputs: { privateIp: '10.0.0.1' } }),
      outcomeOf('Volume', 'data', { id: 'vol-1' }),
    ];
    expect(status({ nodes })).toMatchObject({
      store: { host: 'i-1', address: '10.0.0.1', volumeId: 'vol-1' },
      code: { preQueue: 'sha-1' },
    });
  });

  test('tells the depth once the queue was read', () => {
    const queue = { depth: 1, deadLetters: 0 };
    expect(status({ memory: { uid: 'u', codeObjects: new Map(), queue } }).queue).toEqual(queue);
    expect(status()).not.toHaveProperty('queue');
  });

  test('has no field without value, for the API server takes none', () => {
    const values = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value).flatMap(values) : [value];
    expect(values(status({ nodes: [] }))).not.toContain(undefined);
  });

  test('is kept, conditions aside, when a pipeline can’t be looked into', () => {
    const before: WebhookPipelineStatus = {
      observedGeneration: 1,
      conditions: [],
      endpoint: { url: 'https://known' },
      queue: { depth: 1, deadLetters: 0 },
    };
    expect(keptStatus(before)).toEqual({ endpoint: before.endpoint, queue: before.queue });
    expect(keptStatus(undefined)).toEqual({});
  });
});
