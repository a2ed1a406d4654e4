import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalStack, startLocalStack } from '../../local/stack.ts';
import { systemClock } from '../../src/clock.ts';
import type { KubernetesClient, WatchEvent } from '../../src/kubernetes/client.ts';
import { connect } from '../../src/kubernetes/connect.ts';
import { namespaces } from '../../src/kubernetes/core-types.ts';
import { isConflict, isGone, isNotFound, KubernetesApiError } from '../../src/kubernetes/errors.ts';
import { EventRecorder, events } from '../../src/kubernetes/events.ts';
import { addFinalizer, removeFinalizer } from '../../src/kubernetes/finalizers.ts';
import { Reflector } from '../../src/kubernetes/reflector.ts';
import type { KubernetesResource, ResourceType } from '../../src/kubernetes/resource.ts';
import { applyStatus, type Condition, type ConditionNow } from '../../src/kubernetes/status.ts';

/** A kind of its own, so that this test says nothing about pipelines. */
interface Kettle extends KubernetesResource {
  spec?: { litres?: number };
  status?: { observedGeneration?: number; conditions?: Condition[]; note?: string };
}

const kettles: ResourceType<Kettle> = {
  group: 'test.nami.dev',
  version: 'v1',
  kind: 'Kettle',
  plural: 'kettles',
  namespaced: true,
};

const text = { type: 'string' };
const condition = {
  type: 'object',
  required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'],
  properties: {
    type: text,
    status: text,
    reason: text,
    message: text,
    observedGeneration: { type: 'integer' },
    lastTransitionTime: { type: 'string', format: 'date-time' },
  },
};
const schema = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { litres: { type: 'integer', maximum: 5 } } },
    status: {
      type: 'object',
      properties: {
        observedGeneration: { type: 'integer' },
        note: text,
        conditions: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
          items: condition,
        },
      },
    },
  },
};

interface Definition extends KubernetesResource {
  spec: object;
  status?: { conditions?: { type: string; status: string }[] };
}

const definitions: ResourceType<Definition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

const namespace = `kettles-${process.pid}`;
const fieldManager = 'nami-operator';
const logger = { info: () => {}, warn: () => {}, error: () => {} };

const folder = mkdtempSync(join(tmpdir(), 'nami-kubernetes-'));
let stack: LocalStack | undefined;
let client: KubernetesClient;

async function until<R>(what: string, look: () => R | undefined | Promise<R | undefined>): Promise<R> {
  for (let tries = 0; tries < 200; tries += 1) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come about within 10 s`);
}

function make(name: string, more: Partial<Kettle> = {}): Promise<Kettle> {
  return client.create(kettles, { metadata: { namespace, name }, ...more });
}

function ready(status: Condition['status'], message = ''): ConditionNow {
  return { type: 'Ready', status, reason: 'Boiling', message, observedGeneration: 1 };
}

beforeAll(async () => {
  // NAMI_TEST_KUBECONFIG names a cluster that runs already.
  let kubeconfig = process.env.NAMI_TEST_KUBECONFIG;
  if (kubeconfig === undefined) {
    stack = await startLocalStack({ folder });
    kubeconfig = stack.kubeconfig;
  }
  client = connect({ clock: systemClock, kubeconfig }).client;
  await client.apply(
    definitions,
    {
      metadata: { name: 'kettles.test.nami.dev' },
      spec: {
        group: kettles.group,
        scope: 'Namespaced',
        names: { kind: 'Kettle', plural: 'kettles' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: schema },
          },
        ],
      },
    },
    { fieldManager },
  );
  await client.apply(namespaces, { metadata: { name: namespace } }, { fieldManager });
  await until('the type', async () => {
    try {
      await make('probe');
      await client.delete(kettles, { namespace, name: 'probe' });
      return true;
    } catch (error) {
      if (isNotFound(error) || (error instanceof KubernetesApiError && error.status === 429))
        return undefined;
      throw error;
    }
  });
});

afterAll(async () => {
  await client?.delete(definitions, { name: 'kettles.test.nami.dev' });
  await client?.close();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the client, against a real API server', () => {
  test('creates, reads, patches and deletes', async () => {
    const made = await make('plain', { spec: { litres: 1 } });
    expect(made).toMatchObject({ apiVersion: 'test.nami.dev/v1', kind: 'Kettle', spec: { litres: 1 } });

    const patched = await client.patch(kettles, made.metadata, { spec: { litres: 2 } });
    expect(patched.metadata.generation).toBe(2);
    expect(await client.get(kettles, { namespace, name: 'plain' })).toMatchObject({ spec: { litres: 2 } });

    await client.delete(kettles, { namespace, name: 'plain' }, { uid: made.metadata.uid ?? '' });
    await expect(client.get(kettles, { namespace, name: 'plain' })).rejects.toSatisfy(isNotFound);
  });

  test('says what the server refused, in the server’s words', async () => {
    const refused = make('large', { spec: { litres: 9 } });
    await expect(refused).rejects.toMatchObject({
      name: 'KubernetesApiError',
      status: 422,
      reason: 'Invalid',
      message: expect.stringContaining('spec.litres'),
    });
  });

  test('names a type that the server does not serve', async () => {
    const unknown = { ...kettles, group: 'absent.nami.dev' };
    await expect(client.list(unknown)).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('/apis/absent.nami.dev/v1/kettles'),
    });
  });

  test('deletes only the incarnation that is meant', async () => {
    await make('twice');
    const other = client.delete(kettles, { namespace, name: 'twice' }, { uid: 'another' });
    await expect(other).rejects.toSatisfy(isConflict);
    await client.delete(kettles, { namespace, name: 'twice' });
  });

  test('lists in pages, each item with its kind', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `page-${index}`);
    await Promise.all(names.map((name) => make(name)));

    const first = await client.list(kettles, { namespace, limit: 3 });
    expect(first.items).toHaveLength(3);
    expect(first.continue).toBeDefined();
    const all = await client.listAll(kettles, { namespace, limit: 3 });
    expect(all.items.map((item) => item.metadata.name)).toEqual(names);
    expect(all.items[0]).toMatchObject({ apiVersion: 'test.nami.dev/v1', kind: 'Kettle' });

    await Promise.all(names.map((name) => client.delete(kettles, { namespace, name })));
  });

  test('watches until the server’s time is up, with a bookmark before the end', async () => {
    const { resourceVersion } = await client.listAll(kettles, { namespace });
    const seen: WatchEvent<Kettle>[] = [];
    const watching = (async () => {
      const watch = client.watch(kettles, { namespace, resourceVersion, timeoutSeconds: 4 });
      for await (const event of watch) seen.push(event);
    })();
    await make('watched', { spec: { litres: 1 } });
    await client.delete(kettles, { namespace, name: 'watched' });
    await watching;
    expect(seen.map((event) => event.type).slice(0, 2)).toEqual(['ADDED', 'DELETED']);
    expect(seen.at(-1)?.type).toBe('BOOKMARK');
  });

  test('takes a resource version that is too old for 410', async () => {
    const watch = client.watch(kettles, { resourceVersion: '1', timeoutSeconds: 5 });
    await expect(watch.next()).rejects.toSatisfy(isGone);
  });
});

describe('the status', () => {
  const options = () => ({ client, clock: systemClock, fieldManager, conditionTypes: ['Ready', 'Stalled'] });

  test('is applied as a whole, only when it says something new, beside the conditions of others', async () => {
    const kettle = await make('status');
    const first = await applyStatus(options(), kettles, kettle, {
      observedGeneration: 1,
      note: 'cold',
      conditions: [ready('False'), { ...ready('True'), type: 'Stalled' }],
    });
    if (first.kind !== 'written') throw new Error('nothing was written');
    expect(first.object.status?.conditions).toHaveLength(2);

    const foreign = { ...ready('True'), type: 'Foreign', lastTransitionTime: '2026-01-01T00:00:00Z' };
    const beside = await client.apply(
      kettles,
      { metadata: { namespace, name: 'status' }, status: { conditions: [foreign] } },
      { fieldManager: 'somebody', subresource: 'status' },
    );
    expect(beside.status?.conditions).toHaveLength(3);

    const same = { conditions: [{ ...ready('True'), type: 'Stalled' }, ready('False')], note: 'cold' };
    const again = await applyStatus(options(), kettles, beside, { ...same, observedGeneration: 1 });
    expect(again).toEqual({ kind: 'unchanged' });

    // `note` and Stalled are said no longer.
    const third = await applyStatus(options(), kettles, beside, {
      observedGeneration: 1,
      conditions: [ready('True')],
    });
    if (third.kind !== 'written') throw new Error('nothing was written');
    expect(third.object.status?.note).toBeUndefined();
    expect(third.object.status?.conditions?.map((one) => one.type).sort()).toEqual(['Foreign', 'Ready']);
    await client.delete(kettles, { namespace, name: 'status' });
  });

  test('of an object that is gone is a 404, and makes no new object', async () => {
    const kettle = await make('left');
    await client.delete(kettles, { namespace, name: 'left' });
    const late = applyStatus(options(), kettles, kettle, { conditions: [ready('True')] });
    await expect(late).rejects.toSatisfy(isNotFound);
  });
});

describe('finalizers', () => {
  const ours = 'nami.dev/pipeline';

  test('hold an object, and go without taking another’s along', async () => {
    const kettle = await make('held');
    const added = await addFinalizer(client, kettles, kettle, ours);
    if (added.kind !== 'written') throw new Error(added.kind);
    expect(await addFinalizer(client, kettles, added.object, ours)).toEqual({ kind: 'unchanged' });

    // Somebody adds theirs; what we have cached is now stale.
    await client.patch(kettles, kettle.metadata, { metadata: { finalizers: [ours, 'other.dev/hold'] } });
    expect(await removeFinalizer(client, kettles, added.object, ours)).toEqual({ kind: 'conflict' });

    await client.delete(kettles, { namespace, name: 'held' });
    const fresh = await client.get(kettles, { namespace, name: 'held' });
    expect(fresh.metadata.deletionTimestamp).toBeDefined();
    const removed = await removeFinalizer(client, kettles, fresh, ours);
    if (removed.kind !== 'written') throw new Error(removed.kind);
    expect(removed.object.metadata.finalizers).toEqual(['other.dev/hold']);

    expect(await removeFinalizer(client, kettles, removed.object, 'other.dev/hold')).toMatchObject({
      kind: 'written',
    });
    expect(await removeFinalizer(client, kettles, removed.object, 'other.dev/hold')).toEqual({
      kind: 'gone',
    });
  });
});

describe('the reflector', () => {
  test('follows what happens, and sees a write of ours at once', async () => {
    await make('before');
    const changes: string[] = [];
    const reflector = new Reflector({
      client,
      type: kettles,
      namespace,
      clock: systemClock,
      logger,
      onChange: (key, previous, current) =>
        changes.push(`${previous ? (current ? 'changed' : 'gone') : 'new'} ${key}`),
    });
    const stop = new AbortController();
    const running = reflector.run(stop.signal);
    await reflector.synced;
    expect(reflector.get(`${namespace}/before`)?.metadata.managedFields).toBeUndefined();

    await make('after');
    await until('the new one', () => reflector.get(`${namespace}/after`));
    const patched = await client.patch(kettles, { namespace, name: 'after' }, { spec: { litres: 3 } });
    reflector.remember(patched);
    expect(reflector.get(`${namespace}/after`)?.spec?.litres).toBe(3);
    await client.delete(kettles, { namespace, name: 'after' });
    await client.delete(kettles, { namespace, name: 'before' });
    await until('the end', () => (reflector.size === 0 ? true : undefined));
    expect(changes).toEqual([
      `new ${namespace}/before`,
      `new ${namespace}/after`,
      `changed ${namespace}/after`,
      `gone ${namespace}/after`,
      `gone ${namespace}/before`,
    ]);
    stop.abort();
    await running;
  });
});

describe('events', () => {
  test('are accepted by the server, counted when they repeat, and shown by kubectl', async () => {
    const kettle = await make('talker');
    const warnings: object[] = [];
    const recorder = new EventRecorder({
      client,
      clock: systemClock,
      logger: { ...logger, warn: (details) => warnings.push(details) },
      controller: 'nami.dev/operator',
      instance: 'nami-operator-0',
    });
    const note = {
      type: 'Warning' as const,
      reason: 'TooHot',
      action: 'Boil',
      message: `hot: ${'é'.repeat(800)}`,
    };
    recorder.record(kettle, note);
    await recorder.flush();
    recorder.record(kettle, note);
    await recorder.flush();
    recorder.record(kettle, note);
    await recorder.flush();
    expect(warnings).toEqual([]);

    const { items } = await client.listAll(events, { namespace });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      reportingController: 'nami.dev/operator',
      reason: 'TooHot',
      regarding: { kind: 'Kettle', name: 'talker', uid: kettle.metadata.uid },
      series: { count: 3 },
    });
    expect(items[0]?.eventTime).toMatch(/\.\d{6}Z$/);

    // An event that the server has let go is made anew, with its count.
    await client.delete(events, { namespace, name: items[0]?.metadata.name ?? '' });
    recorder.record(kettle, note);
    await recorder.flush();
    expect((await client.listAll(events, { namespace })).items[0]?.series?.count).toBe(4);
    expect(warnings).toEqual([]);
    await client.delete(kettles, { namespace, name: 'talker' });
  });
});
