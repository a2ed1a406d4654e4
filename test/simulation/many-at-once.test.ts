import { expect, test } from 'vitest';
import { isReady } from './pipelines.ts';
import { simulate } from './world.ts';

/** What many pipelines that are applied at once do to each other where AWS holds to its rates. */

const COUNT = 100;
const NAMES = Array.from({ length: COUNT }, (_, index) => `shop-${index}`);

test('of functions that are not made yet nothing is asked', async () => {
  const world = await simulate({});
  const { aws, kubernetes } = world;
  aws.faults.ratesHold = true;
  aws.stores.external.set('db.example', { isUp: true, events: new Set() });
  kubernetes.setSecret('store', { uri: 'mongodb://user:password@db.example/' });
  const spec = { store: { external: { uriSecretRef: { name: 'store', key: 'uri' } } } };
  for (const name of NAMES) kubernetes.apply({ metadata: { name }, spec });
  const ready = () => NAMES.filter((name) => isReady(name)(world)).length;
  await world.until(() => ready() >= 5, 600);

  expect(aws.calls.filter(({ command }) => command === 'GetPolicy').length).toBeLessThan(COUNT);
  expect(aws.calls.filter(({ error }) => error === 'TooManyRequestsException')).toEqual([]);
});

test('a pipeline that is changed while it is compared waits for none of the lists of everybody’s objects', async () => {
  const world = await simulate({});
  const { aws, kubernetes } = world;
  kubernetes.apply({ metadata: { name: 'shop' } });
  await world.until(isReady('shop'), 600);
  await world.run(600);
  // One list is for all pipelines, the other for what has none.
  aws.faults.slow('tag:GetResources', 300, 2);
  const since = aws.calls.length;
  await world.restart();
  await world.until(() => aws.calls.slice(since).filter(({ service }) => service === 'tag').length === 2, 60);
  await world.run(5);

  kubernetes.apply({ metadata: { name: 'shop' }, spec: { preQueue: { memoryMiB: 512 } } });
  await world.until(isReady('shop'), 60);
});
