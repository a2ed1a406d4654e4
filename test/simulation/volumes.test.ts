import { expect, test } from 'vitest';
import { isReady } from './pipelines.ts';
import { memoryOf } from './whole-life.ts';
import { simulate } from './world.ts';

test('a volume that is changed a second time waits for it, and nothing waits with it', async () => {
  const world = await simulate();
  const { aws, kubernetes } = world;
  const grow = (sizeGiB: number, memoryMiB = 256) =>
    kubernetes.apply({
      metadata: { name: 'orders' },
      spec: { preQueue: { memoryMiB }, store: { managed: { volume: { sizeGiB } } } },
    });
  const size = () => aws.ec2.volumes.values()[0]?.sizeGiB;
  grow(8);
  await world.until(isReady('orders'), 300);
  grow(10);
  await world.until(() => size() === 10, 60);
  await world.until(isReady('orders'), 60);

  const tried = () => aws.calls.filter(({ command }) => command === 'ModifyVolume').length;
  const before = tried();
  grow(12, 512);
  await world.until((each) => memoryOf(each, 'orders') === 512, 60);
  expect(world.senders.post('orders').status).toBe(200);
  await world.until(() => aws.sqs.messages.size === 0, 60);
  expect(kubernetes.condition('orders', 'StoreReady')).toMatchObject({
    message: expect.stringContaining('six hours after its last change'),
  });
  expect(aws.ec2.instances.size).toBe(1);
  // A host that ends meanwhile is replaced.
  for (const { id } of aws.ec2.instances.values()) aws.ec2.machines.end(id);
  await world.until(
    () => aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined).length === 1,
    1500,
  );

  await world.until(() => size() === 12, 7 * 3600);
  await world.until(isReady('orders'), 600);
  expect(tried() - before).toBeLessThan(20);
});
