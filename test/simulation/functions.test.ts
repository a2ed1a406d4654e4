import { expect, test } from 'vitest';
import { isReady } from './pipelines.ts';
import { memoryOf } from './whole-life.ts';
import { simulate } from './world.ts';

test('a change that Lambda gives up is told with its reason, asked for again with growing pauses, and mended by another spec', async () => {
  const world = await simulate();
  const { aws, kubernetes } = world;
  kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 300);

  const reason = 'Your subnet has no free addresses';
  aws.lambda.failureOf = ({ memoryMiB }) => (memoryMiB === 512 ? reason : undefined);
  const updates = () => aws.calls.filter(({ command }) => command === 'UpdateFunctionConfiguration').length;
  const before = updates();
  kubernetes.apply({ metadata: { name: 'orders' }, spec: { preQueue: { memoryMiB: 512 } } });
  await world.until(() => kubernetes.condition('orders', 'FunctionsReady')?.reason === 'FunctionFailed', 60);
  expect(kubernetes.condition('orders', 'FunctionsReady')?.message).toContain(reason);
  await world.run(3600);
  expect(updates() - before).toBeGreaterThan(2);
  expect(updates() - before).toBeLessThan(10);
  expect(world.senders.post('orders').status).toBe(200);

  kubernetes.apply({ metadata: { name: 'orders' }, spec: { preQueue: { memoryMiB: 1024 } } });
  await world.until(isReady('orders'), 120);
  await world.until((each) => memoryOf(each, 'orders') === 1024, 60);
});

test('and goes through by itself once Lambda can', async () => {
  const world = await simulate();
  const { aws, kubernetes } = world;
  kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 300);
  aws.lambda.failureOf = () => 'EC2 is not well';
  kubernetes.apply({ metadata: { name: 'orders' }, spec: { preQueue: { memoryMiB: 512 } } });
  await world.run(600);
  aws.lambda.failureOf = () => undefined;
  await world.until((each) => memoryOf(each, 'orders') === 512, 1800);
});
