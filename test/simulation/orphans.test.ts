import { expect, test } from 'vitest';
import { first, isGone, isReady, settledWorld } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** Two looks, and a little. */
const TWO_LOOKS = 1300;

/** Samples of the metric, by kind. */
async function orphans({ metrics }: World): Promise<Record<string, number>> {
  const samples = (await metrics.text()).matchAll(
    /^nami_objects_without_pipeline\{region="eu-central-1",kind="(\w+)"\} (\d+)$/gm,
  );
  return Object.fromEntries([...samples].map(([, kind = '', count]) => [kind, Number(count)]));
}

const notesOf = ({ kubernetes }: World) =>
  kubernetes.events.filter((event) => 'reason' in event && event.reason === 'ObjectsWithoutPipeline');
const linesOf = ({ log }: World) =>
  log.filter(({ message }) => /without a pipeline|pipelines that there are not/.test(message));

/** Takes a pipeline out of the cluster behind the operator's back: its finalizer is taken off while nobody works. */
async function wipe(world: World, ...names: string[]): Promise<void> {
  await world.stop();
  for (const name of names) world.kubernetes.wipe(name);
}

test('what a pipeline left that was wiped out of the cluster is reported within two looks, and nothing of it changed', async () => {
  const world = await settledWorld();
  world.kubernetes.apply({ metadata: { name: 'invoices' } });
  await world.until(isReady('invoices'), 300);
  await world.run(120);
  await wipe(world, 'orders');
  const contents = world.aws.contents();
  const changes = world.aws.changes.length;
  world.start();
  await world.run(300);
  expect([await orphans(world), notesOf(world), linesOf(world)]).toEqual([{}, [], []]);

  await world.run(TWO_LOOKS);
  // The volume and its password are kept on purpose.
  expect(await orphans(world)).toEqual({
    Alarm: 9,
    Function: 2,
    Instance: 1,
    LogGroup: 2,
    Parameter: 1,
    Queue: 2,
    SecurityGroup: 2,
  });
  const [line, ...further] = linesOf(world);
  expect(further).toEqual([]);
  expect(line).toMatchObject({
    level: 'warn',
    details: { region: 'eu-central-1', objects: { 'default/orders': expect.any(Array) } },
  });
  expect(JSON.stringify(line?.details)).not.toContain('invoices');
  expect(JSON.stringify(line?.details)).toContain('arn:aws:lambda:eu-central-1:123456789012:function:nami-');
  expect(notesOf(world)).toMatchObject([
    { type: 'Warning', note: expect.stringContaining('default/orders (') },
  ]);

  await world.run(7200);
  expect([notesOf(world).length, linesOf(world).length]).toEqual([1, 1]);
  expect(world.aws.contents()).toEqual(contents);
  expect(world.aws.changes.length).toBe(changes);

  // As the report says: made again and deleted, it takes what was left with it.
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 600);
  await world.run(TWO_LOOKS);
  expect(await orphans(world)).toEqual({});
  expect(linesOf(world).at(-1)).toMatchObject({ level: 'info' });
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), 1200);
  await world.run(7200);
  expect([await orphans(world), notesOf(world).length]).toEqual([{}, 1]);
});

test('a settled pipeline and one that takes long to go leave nothing to report', async () => {
  const world = await settledWorld();
  await world.run(TWO_LOOKS);
  world.aws.faults.lag(300, 'tag');
  world.senders.post('orders');
  world.aws.faults.refuse('DeleteFunction', 'AccessDenied', 'not now');
  world.kubernetes.delete('orders');
  await world.run(3 * TWO_LOOKS);
  expect(world.kubernetes.get('orders')).toBeDefined();
  world.aws.faults.accept();
  await world.until(isGone('orders'), 1200);
  await world.run(3 * TWO_LOOKS);
  expect([await orphans(world), notesOf(world), linesOf(world)]).toEqual([{}, [], []]);
});

test('a host that has ended keeps its tags for an hour, and is no orphan', async () => {
  const world = await settledWorld();
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), 1200);
  await world.run(TWO_LOOKS);
  expect(first(world.aws.ec2.instances.values()).endedAt).toBeDefined();
  expect([await orphans(world), notesOf(world), linesOf(world)]).toEqual([{}, [], []]);
});

test('what deletionPolicy Retain leaves in AWS is no orphan', async () => {
  const world = await simulate();
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { deletionPolicy: 'Retain' } });
  await world.until(isReady('orders'), 300);
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), 300);
  await world.run(2 * TWO_LOOKS);
  expect(first(world.aws.lambda.functions.values()).tags).toHaveProperty(['nami.dev/retained']);
  expect([await orphans(world), notesOf(world), linesOf(world)]).toEqual([{}, [], []]);
});

test('what was left in AWS on purpose and is taken back is an orphan like any other once its pipeline is wiped out', async () => {
  const world = await simulate();
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { deletionPolicy: 'Retain' } });
  await world.until(isReady('orders'), 300);
  await world.run(120);
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), 300);
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 300);
  await world.run(120);
  await wipe(world, 'orders');
  world.start();
  await world.run(300 + TWO_LOOKS);
  expect(await orphans(world)).toMatchObject({ Alarm: 9, Function: 2, Instance: 1, Queue: 2 });
});

test('pipelines of namespaces that the operator does not watch may be those of another release', async () => {
  const world = await settledWorld();
  await world.stop();
  world.configure({ NAMI_WATCH_NAMESPACES: 'shop' });
  world.start();
  await world.run(2 * TWO_LOOKS);
  expect(await orphans(world)).toEqual({});
});

test('a right to look that is missing is said once and disturbs nothing', async () => {
  const world = await simulate({ isStarted: false });
  world.aws.faults.refuse(
    'tag:GetResources',
    'AccessDeniedException',
    'User: x is not authorized to perform: tag:GetResources because no identity-based policy allows the tag:GetResources action',
  );
  world.start();
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 300);
  await world.run(3 * TWO_LOOKS);
  expect(linesOf(world)).toMatchObject([
    { level: 'warn', details: { cause: expect.stringContaining('lacks the right tag:GetResources') } },
  ]);
  expect(isReady('orders')(world)).toBe(true);

  await wipe(world, 'orders');
  world.start();
  world.aws.faults.accept();
  await world.run(2 * TWO_LOOKS);
  expect(await orphans(world)).toMatchObject({ Function: 2 });
});

test('a look costs one call for each hundred objects, every ten minutes', async () => {
  const world = await settledWorld();
  for (let index = 0; index < 120; index += 1)
    world.aws.sqs.queues.set(`nami-${index}`, foreign(world, index));
  const before = world.aws.calls.length;
  await world.run(3600);
  const looks = world.aws.calls.slice(before).filter(({ service }) => service === 'tag');
  // The pipeline is compared by the same list as often.
  expect(looks.length).toBeLessThanOrEqual(2 * 2 * 6);
  expect(await orphans(world)).toEqual({ Queue: 120 });
});

/** A queue of a pipeline that there is not. */
function foreign({ aws }: World, index: number) {
  const queue = first(aws.sqs.queues.values());
  return { ...queue, name: `nami-${index}`, tags: { ...queue.tags, 'nami.dev/name': `lost-${index}` } };
}
