import { describe, expect, test } from 'vitest';
import type { WebhookPipeline } from '../../../src/api/v1alpha1.ts';
import { PIPELINES } from '../../../src/controller/resource-type.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { VirtualTime } from '../virtual-time.ts';
import { KubernetesApi } from './api-server.ts';

function server() {
  const time = new VirtualTime({ seed: 1 });
  const api = new KubernetesApi(time);
  const client = new KubernetesClient({ transport: api.transport, clock: time });
  /** What a call comes to, while time passes. */
  const settled = async <R>(call: Promise<R>): Promise<R> => {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    call.then(done, done);
    await time.until(() => isDone, 60_000);
    return await call;
  };
  return { time, api, client, settled };
}

const REF = { namespace: 'default', name: 'orders' };
const apply = (status: object) =>
  [{ metadata: REF, status }, { fieldManager: 'operator', subresource: 'status' } as const] as const;

describe('the API server', () => {
  test('gives defaults, and counts generations of the spec alone', async () => {
    const { api, client, settled } = server();
    expect(api.apply({ metadata: REF }).spec).toMatchObject({ preQueue: { memoryMiB: 256 }, suspend: false });
    await settled(client.apply(PIPELINES, ...apply({ observedGeneration: 1 })));
    await settled(client.patch(PIPELINES, REF, { metadata: { finalizers: ['a/b'] } }));
    expect(api.get('orders')?.metadata.generation).toBe(1);
    api.apply({ metadata: REF, spec: { suspend: true } });
    expect(api.get('orders')?.metadata.generation).toBe(2);
    expect(() => api.apply({ metadata: REF, spec: { preQueue: { memoryMiB: 1 } } })).toThrow(/at least 128/);
  });

  test('bumps no version for a status that says the same', async () => {
    const { api, client, settled } = server();
    api.apply({ metadata: REF });
    const first = await settled(client.apply(PIPELINES, ...apply({ observedGeneration: 1 })));
    const second = await settled(client.apply(PIPELINES, ...apply({ observedGeneration: 1 })));
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(api.countWrites().status).toBe(2);
  });

  test('refuses a stale patch, and an empty object over fields that were owned', async () => {
    const { api, client, settled } = server();
    const { resourceVersion } = api.apply({ metadata: REF }).metadata;
    api.annotate('orders', { a: 'b' });
    const patch = { metadata: { resourceVersion, finalizers: ['a/b'] } };
    await expect(settled(client.patch(PIPELINES, REF, patch))).rejects.toMatchObject({ status: 409 });
    await settled(client.apply(PIPELINES, ...apply({ code: { preQueue: 'a' } })));
    await expect(settled(client.apply(PIPELINES, ...apply({ code: {} })))).rejects.toMatchObject({
      status: 422,
    });
  });

  test('keeps what is deleted until its last finalizer goes', async () => {
    const { api, client, settled } = server();
    api.apply({ metadata: REF });
    await settled(client.patch(PIPELINES, REF, { metadata: { finalizers: ['a/b'] } }));
    api.delete('orders');
    expect(api.get('orders')?.metadata.deletionTimestamp).toBeDefined();
    await settled(client.patch(PIPELINES, REF, { metadata: { finalizers: [] } }));
    expect(api.get('orders')).toBeUndefined();
  });

  test('lists in pages, and streams what changes after', async () => {
    const { api, client, settled, time } = server();
    for (let index = 0; index < 5; index += 1) api.apply({ metadata: { name: `p${index}` } });
    const { items, resourceVersion } = await settled(client.listAll(PIPELINES, { limit: 2 }));
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
    const seen: string[] = [];
    const watch = async () => {
      for await (const event of client.watch<WebhookPipeline>(PIPELINES, {
        resourceVersion,
        timeoutSeconds: 90,
      }))
        seen.push(event.type === 'BOOKMARK' ? event.type : `${event.type} ${event.object.metadata.name}`);
    };
    const watching = watch();
    await time.advance(1000);
    api.apply({ metadata: { name: 'p1' }, spec: { suspend: true } });
    await time.advance(1000);
    api.delete('p2');
    await time.advance(100_000);
    await watching;
    expect(seen).toEqual(['MODIFIED p1', 'DELETED p2', 'BOOKMARK']);
  });

  test('ends a watch whose beginning it has forgotten', async () => {
    const { api, client, time } = server();
    const { resourceVersion = '' } = api.apply({ metadata: REF }).metadata;
    api.annotate('orders', { a: 'b' });
    api.compact();
    const watch = async () => {
      for await (const _ of client.watch(PIPELINES, { resourceVersion, timeoutSeconds: 90 }));
    };
    const watching = watch();
    watching.catch(() => {});
    await time.advance(1000);
    await expect(watching).rejects.toMatchObject({ status: 410 });
  });
});
