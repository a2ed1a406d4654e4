import { describe, expect, test } from 'vitest';
import type { WebhookPipelineStatus } from '../../../../src/api/v1alpha1.ts';
import { rfc3339 } from '../../../../src/clock.ts';
import { NOT_ASKED, type StoreBelief } from '../../../../src/controller/pipeline/store-belief.ts';
import type { QueueView } from '../../../../src/controller/report/health.ts';
import { keptStatus, statusOf } from '../../../../src/controller/report/status.ts';
import type { Place } from '../../../../src/plan/input.ts';
import { inputOf } from '../../plan/inputs.ts';
import { applied, believed, CONFIG, outcomeOf, reachable, UNREACHABLE } from '../pipelines.ts';

const TEMPLATE = CONFIG.endpointUrlTemplate;
const ALIAS = outcomeOf('Alias', 'pre-queue', { outputs: { arn: 'arn:pre', codeSha256: 'sha-1' } });
const NOW = Date.UTC(2026, 0, 1, 12);
const HOST = outcomeOf('Instance', 'host', { id: 'i-1', outputs: { privateIp: '10.0.0.1' } });

function status(
  more: {
    store?: StoreBelief;
    queue?: QueueView;
    servedBy?: string | undefined;
    place?: Partial<Place>;
    domains?: Parameters<typeof statusOf>[0]['domains'];
    before?: WebhookPipelineStatus;
    nodes?: Parameters<typeof applied>;
  } = {},
) {
  const { store = NOT_ASKED, queue, before, nodes = [ALIAS], domains = [] } = more;
  const input = inputOf({});
  const place = { ...input.place, ...more.place };
  const servedBy = 'servedBy' in more ? more.servedBy : 'api1';
  return statusOf(
    {
      input: { ...input, place },
      outcome: applied(...nodes),
      store,
      queue,
      servedBy,
      domains,
      binding: undefined,
    },
    before,
    TEMPLATE,
  );
}

describe('the URL', () => {
  test('is told once senders can reach it', () => {
    const url = 'https://api1.execute-api.eu-central-1.amazonaws.com/live/nami/orders';
    expect(status().endpoint).toEqual({ url, path: 'orders', region: 'eu-central-1' });
    expect(status({ servedBy: undefined }).endpoint).toEqual({ path: 'orders', region: 'eu-central-1' });
  });

  test('is that of the first domain name that leads to the gateway', () => {
    const domains = [
      { name: 'a.example', target: 'd-a.example', basePaths: {} },
      { name: 'b.example', target: 'd-b.example', basePaths: { api1: 'in', api2: '' } },
    ];
    expect(status({ domains }).endpoint).toMatchObject({
      url: 'https://b.example/in/nami/orders',
      dnsTarget: 'd-b.example',
    });
    expect(status({ domains, servedBy: 'api2' }).endpoint?.url).toBe('https://b.example/nami/orders');
  });

  test('stays the gateway’s own while no domain name leads to it; where that one has to lead is told', () => {
    const domains = [{ name: 'a.example', target: 'd-a.example', basePaths: { other: '' } }];
    expect(status({ domains }).endpoint).toMatchObject({
      url: 'https://api1.execute-api.eu-central-1.amazonaws.com/live/nami/orders',
      dnsTarget: 'd-a.example',
    });
  });

  test('ends as the servers of its partition do', () => {
    const url = (partition: string, region: string) => status({ place: { partition, region } }).endpoint?.url;
    expect(url('aws-cn', 'cn-north-1')).toBe(
      'https://api1.execute-api.cn-north-1.amazonaws.com.cn/live/nami/orders',
    );
    expect(url('aws-us-gov', 'us-gov-west-1')).toBe(
      'https://api1.execute-api.us-gov-west-1.amazonaws.com/live/nami/orders',
    );
  });

  test('stays told while the gateway is being changed', () => {
    const before = { observedGeneration: 1, endpoint: { url: 'https://known' } };
    expect(status({ servedBy: undefined, before }).endpoint?.url).toBe('https://known');
  });

  test('takes any form that the operator is given', () => {
    const seen = {
      input: inputOf({}),
      outcome: applied(ALIAS),
      store: NOT_ASKED,
      queue: undefined,
      servedBy: 'api1',
      domains: [],
      binding: undefined,
    };
    const form = 'http://h/{api}/{stage}/{path}?{other}';
    expect(statusOf(seen, undefined, form).endpoint?.url).toBe('http://h/api1/live/orders?{other}');
  });
});

describe('the times of the store’s answers', () => {
  const earlier = (store: WebhookPipelineStatus['store']) => ({
    observedGeneration: 1,
    store: { host: 'i-1', ...store },
  });
  const told = (more: Parameters<typeof status>[0]) => {
    const { answersSince, lastProbeTime } = status({ nodes: [ALIAS, HOST], ...more }).store ?? {};
    return { answersSince, lastProbeTime };
  };

  test('since when it answers is told at the first answer, and is no news at any later one', () => {
    const first = told({ store: believed(reachable(NOW)) });
    expect(first).toEqual({ answersSince: rfc3339(NOW) });
    expect(told({ store: believed(reachable(NOW + 1e9)), before: earlier(first) })).toEqual(first);
    expect(told({})).toEqual({});
  });

  test('when it answered last is told while it does not, and stays so', () => {
    const since = { answersSince: rfc3339(NOW - 1e9) };
    const silent = told({ store: believed(UNREACHABLE, { answeredAt: NOW }), before: earlier(since) });
    expect(silent).toEqual({ lastProbeTime: rfc3339(NOW) });
    expect(told({ store: believed(UNREACHABLE), before: earlier(silent) })).toEqual(silent);
  });

  test('nothing is forgotten by a restart of the operator', () => {
    const since = { answersSince: rfc3339(NOW) };
    expect(told({ before: earlier(since) })).toEqual(since);
  });

  test('what another host has answered is not said of this one', () => {
    const since = { answersSince: rfc3339(NOW) };
    expect(told({ before: earlier({ ...since, host: 'i-0' }) })).toEqual({});
    expect(told({ store: believed(UNREACHABLE), before: earlier({ ...since, host: 'i-0' }) })).toEqual({});
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
    const nodes = [ALIAS, HOST, outcomeOf('Volume', 'data', { id: 'vol-1' })];
    expect(status({ nodes })).toMatchObject({
      store: { host: 'i-1', address: '10.0.0.1', volumeId: 'vol-1' },
      code: { preQueue: 'sha-1' },
    });
  });

  test('goes on naming the volume and the host that could not be seen', () => {
    const { id: _, ...lost } = outcomeOf('Volume', 'data', { state: 'Failed' });
    const unseen = {
      ...outcomeOf('Instance', 'host', { state: 'Failed', unseen: true }),
      id: undefined,
    } as never;
    const store = { host: 'i-1', address: '10.0.0.1', volumeId: 'vol-1' };
    expect(status({ nodes: [lost, unseen], before: { observedGeneration: 1, store } }).store).toEqual(store);
  });

  test('tells the depth once the queue was read', () => {
    const queue = { depth: 1, deadLetters: 0 };
    expect(status({ queue }).queue).toEqual(queue);
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
