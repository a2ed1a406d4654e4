import { describe, expect, test } from 'vitest';
import { BRISK } from './aws/times.ts';
import { isGone, isReady } from './pipelines.ts';
import { doubles, leftovers, lostEvents, memoryOf, NOTHING_STAYS, wholeLife } from './whole-life.ts';
import { simulate, type World } from './world.ts';

describe('a life', () => {
  test('leaves nothing but the volume and its password, and loses no event', async () => {
    const world = await simulate({ settings: NOTHING_STAYS });
    await wholeLife(world);
    expect(world.senders.accepted.size).toBe(2);
    expect(leftovers(world)).toEqual([]);
    expect(doubles(world)).toEqual([]);
    expect(lostEvents(world)).toEqual([]);
  });

  test('is the same with the same seed, and another with another', async () => {
    const callsOf = async (seed: number) => {
      const world = await simulate({ seed, settings: NOTHING_STAYS });
      await wholeLife(world);
      return world.aws.calls.map(({ at, command, input }) => [at, command, input]);
    };
    expect(await callsOf(7)).toEqual(await callsOf(7));
    expect(await callsOf(8)).not.toEqual(await callsOf(7));
  });

  test('takes deliveries from when it is ready until it is deleted', async () => {
    const world = await simulate();
    expect(world.senders.post('orders').status).toBe(403);
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.until(isReady('orders'), 300);
    expect(world.senders.post('orders').status).toBe(200);
    expect(world.senders.post('others').status).toBe(404);
    await world.until(({ aws }) => aws.sqs.messages.size === 0, 60);
    expect(lostEvents(world)).toEqual([]);
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 600);
    expect(world.senders.post('orders').status).not.toBe(200);
  });

  test('that nothing disturbs has nothing to warn of', async () => {
    const world = await simulate({ settings: NOTHING_STAYS });
    await wholeLife(world);
    expect(world.log.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test('whole lives are cheap', async () => {
    const began = performance.now();
    const lives = 10;
    let calls = 0;
    for (let seed = 1; seed <= lives; seed += 1) {
      const world = await simulate({ seed, times: BRISK, settings: NOTHING_STAYS });
      await wholeLife(world);
      calls += world.aws.calls.length;
    }
    const seconds = (performance.now() - began) / 1000;
    console.log(
      `${(lives / seconds).toFixed(1)} whole lives a second, ${Math.round(calls / lives)} calls of AWS each`,
    );
  });
});

describe('pipelines that are settled', () => {
  const NAMES = Array.from({ length: 20 }, (_, index) => `shop-${index}`);

  async function settled(): Promise<World> {
    const world = await simulate();
    for (const name of NAMES) world.kubernetes.apply({ metadata: { name } });
    await world.until((each) => NAMES.every((name) => isReady(name)(each)), 1800);
    await world.run(1200);
    return world;
  }

  test('are not written to by a restart, and nothing is changed for them', async () => {
    const world = await settled();
    const writes = world.kubernetes.writes.length;
    const changes = world.aws.changes.length;
    await world.restart();
    await world.run(1800);
    expect(world.kubernetes.writes.slice(writes)).toEqual([]);
    expect(world.aws.changes.slice(changes)).toEqual([]);
  });

  test('are not written to by a crash', async () => {
    const world = await settled();
    const writes = world.kubernetes.writes.length;
    const changes = world.aws.changes.length;
    world.crash();
    await world.run(1800);
    expect(world.kubernetes.writes.slice(writes)).toEqual([]);
    expect(world.aws.changes.slice(changes)).toEqual([]);
  });
});

test('memory is that of the version which takes the deliveries', async () => {
  const world = await simulate();
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 300);
  expect(memoryOf(world, 'orders')).toBe(256);
});

test('the status says what waits in the queues from when it says ready', async () => {
  const world = await simulate({ times: BRISK, settings: { NAMI_RATE_SHARE: '100' } });
  world.aws.stores.external.set('db.example', { isUp: true, events: new Set() });
  world.kubernetes.setSecret('store', { uri: 'mongodb://u:p@db.example/' });
  const store = { external: { uriSecretRef: { name: 'store', key: 'uri' } } };
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { store } });
  await world.until(isReady('orders'), 300);
  expect(world.kubernetes.get('orders')?.status?.queue).toEqual({ depth: 0, deadLetters: 0 });
});
