import { expect, test } from 'vitest';
import { first, isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** The samples of a metric, by their labels. */
async function samples({ metrics }: World, name: string): Promise<Record<string, number>> {
  const found = (await metrics.text()).matchAll(new RegExp(`^${name}(\\{.*\\})? (\\S+)$`, 'gm'));
  return Object.fromEntries([...found].map(([, labels = '', value]) => [labels, Number(value)]));
}

test('a pipeline’s life in figures: it is made, somebody meddles with it, it goes', async () => {
  const world = await simulate({ settings: { NAMI_RESYNC_SECONDS: '120', NAMI_LOOK_SECONDS: '30' } });
  const orders = '{namespace="default",name="orders"}';
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 600);
  await world.run(600);

  expect(await samples(world, 'nami_pipelines')).toMatchObject({
    '{condition="Ready",status="True",reason="Ready"}': 1,
  });
  expect(await samples(world, 'nami_pipeline_ready')).toEqual({ [orders]: 1 });
  expect(await samples(world, 'nami_pipeline_healthy')).toEqual({ [orders]: 1 });
  expect(await samples(world, 'nami_pipeline_queue_messages')).toEqual({ [orders]: 0 });
  expect(await samples(world, 'nami_drift_total')).toEqual({});
  const looks = await samples(world, 'controller_runtime_reconcile_total');
  expect(looks['{controller="pipeline",result="requeue_after"}']).toBeGreaterThan(10);
  expect((await samples(world, 'workqueue_depth'))['{name="nami",controller="nami"}']).toBe(0);
  expect((await samples(world, 'nami_aws_pace_wait_seconds_count'))['{service="lambda"}']).toBeGreaterThan(3);

  const alarm = first(world.aws.cloudWatch.alarms.values());
  world.aws.cloudWatch.alarms.delete(alarm.name);
  await world.run(300);
  expect(await samples(world, 'nami_drift_total')).toEqual({ '{kind="Alarm"}': 1 });

  world.kubernetes.delete('orders');
  await world.until(({ kubernetes }) => kubernetes.get('orders') === undefined, 1200);
  await world.run(5);
  expect(await world.metrics.text()).not.toContain('orders');
  expect(await samples(world, 'nami_pipelines')).toEqual({});
});

test('what somebody does to what pipelines share is drift too, and what becomes of pipelines is none', async () => {
  const world = await simulate({ settings: { NAMI_RESYNC_SECONDS: '120', NAMI_LOOK_SECONDS: '30' } });
  const names = ['orders', 'invoices', 'returns'];
  for (const name of names) {
    world.kubernetes.apply({ metadata: { name } });
    await world.run(40);
  }
  await world.until((now) => names.every((name) => isReady(name)(now)), 900);
  await world.run(600);
  world.kubernetes.delete('returns');
  await world.until(({ kubernetes }) => kubernetes.get('returns') === undefined, 1200);
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { preQueue: { memoryMiB: 512 } } });
  await world.run(900);
  world.crash();
  await world.run(900);
  expect(await samples(world, 'nami_drift_total')).toEqual({});

  const { restApiId } = first(world.aws.apiGateway.stages.values());
  world.aws.apiGateway.stages.delete(`${restApiId}/live`);
  await world.run(300);
  expect(await samples(world, 'nami_drift_total')).toEqual({ '{kind="Stage"}': 1 });
});
