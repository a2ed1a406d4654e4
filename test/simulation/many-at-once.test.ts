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
