import { describe, expect, test } from 'vitest';
import { STATEFUL, unknownStates } from './aws/odd-answers.ts';
import { fullWorld } from './full-world.ts';
import { first, isGone, isReady } from './pipelines.ts';
import { leftovers, lostEvents, NOTHING_STAYS, wholeLife } from './whole-life.ts';
import { simulate } from './world.ts';

/** Answers that AWS's documentation allows and that hardly ever come: the operator says so where it can't go on, and goes on. */

const PATIENCE = 1800;
const RESYNC = 700;

test('lists whose first page is empty, and tells of a next one, are read to their end', async () => {
  const world = await simulate({ settings: NOTHING_STAYS });
  world.aws.faults.emptyFirstPages = true;
  await wholeLife(world);
  expect(leftovers(world)).toEqual([]);
  expect(lostEvents(world)).toEqual([]);
});

describe('a state that nobody has heard of', () => {
  test.each(STATEFUL)('in the answers of %s ends nothing that works, and is waited for', async (command) => {
    const world = await fullWorld();
    const changes = world.aws.changes.length;
    world.aws.faults.oddity = unknownStates(command);
    world.kubernetes.annotate('orders', { 'nami.dev/reconcile-requested-at': 'now' });
    await world.run(RESYNC);
    const ends = /^(Terminate|Delete|Run|Create)/;
    expect(world.aws.changes.slice(changes).filter((call) => ends.test(call.command))).toEqual([]);
    expect(world.senders.post('orders').status).toBe(200);
    world.aws.faults.off();
    await world.run(RESYNC);
    await world.until(isReady('orders'), PATIENCE);
  });

  test('keeps nothing from being made, once it is over', async () => {
    const world = await simulate({ settings: NOTHING_STAYS });
    world.aws.faults.oddity = unknownStates(...STATEFUL);
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.run(900);
    expect(world.kubernetes.condition('orders', 'Ready')).toMatchObject({ status: 'False' });
    world.aws.faults.off();
    await world.until(isReady('orders'), PATIENCE);
    expect(world.aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined)).toHaveLength(1);
  });
});

describe('an error that nobody has heard of', () => {
  const CODE = 'SomethingNewException';

  test('stands in the condition with what AWS says, and its end is seen', async () => {
    const world = await simulate({ settings: NOTHING_STAYS });
    world.aws.faults.refuse('CreateQueue', CODE, 'the moon is full');
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.run(300);
    expect(world.kubernetes.condition('orders', 'Ready')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('the moon is full'),
    });
    world.aws.faults.off();
    await world.until(isReady('orders'), PATIENCE);
  });

  test('keeps no pipeline from being deleted, once it is over', async () => {
    const world = await fullWorld();
    world.aws.faults.refuse('*', CODE, 'the moon is full');
    world.kubernetes.delete('orders');
    await world.run(900);
    expect(first(world.aws.sqs.queues.values()).name).toContain('orders');
    world.aws.faults.off();
    await world.until(isGone('orders'), PATIENCE);
  });
});
