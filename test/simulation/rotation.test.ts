import { describe, expect, test } from 'vitest';
import { POST_QUEUE_ENV, readerNameOf } from '../../handlers/contract.ts';
import type { WebhookPipelineStatus } from '../../src/api/v1alpha1.ts';
import { loginOf } from '../../src/store-login.ts';
import { first, isReady, settledWorld } from './pipelines.ts';
import { lostEvents } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** The credentials of a managed store become others, and no event is lost for it. */

const HOUR = 3600;

const database = ({ aws }: World) => first([...aws.stores.databases.values()]);
const users = (world: World) => [...database(world).users.keys()];
const secret = ({ aws }: World) =>
  first(aws.ssm.parameters.filter(({ name }) => name.endsWith('store-password'))).value;
const store = ({ kubernetes }: World) =>
  (kubernetes.get('orders')?.status as WebhookPipelineStatus | undefined)?.store;
const storeReady = ({ kubernetes }: World) => kubernetes.condition('orders', 'StoreReady');
const rotations = ({ kubernetes }: World) =>
  kubernetes.events.filter(({ reason }) => reason === 'CredentialsRotated').length;
const deadLetters = ({ aws }: World) => aws.sqs.messages.filter(({ queue }) => queue.endsWith('-dlq')).length;

/** As whom the version of the function gets in that stores what comes now. */
function userInUse({ aws }: World): string {
  const { functionName, version } = first(
    aws.lambda.aliases.filter((each) => each.functionName.endsWith('-post-queue')),
  );
  const uri = aws.lambda.versionOf(functionName, version)?.environment[POST_QUEUE_ENV.storeUri] ?? '';
  return /^mongodb:\/\/([^:]+):/.exec(uri)?.[1] ?? '';
}

const ask = ({ kubernetes }: World, value: string) =>
  kubernetes.apply({ metadata: { name: 'orders', annotations: { 'nami.dev/rotate-credentials': value } } });

const isRotated = (from: string) => (world: World) =>
  userInUse(world) !== from && loginOf(secret(world)).user === userInUse(world);

/** Events come all the while. */
async function untilUnderLoad(world: World, isSo: (world: World) => boolean, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    world.senders.post('orders');
    await world.run(10);
    if (isSo(world)) return;
  }
  throw new Error(`not so within ${seconds} s\n${world.describe()}`);
}

/** All that was accepted is stored, without a detour. */
async function expectNothingLost(world: World): Promise<void> {
  await world.run(120);
  expect(lostEvents(world)).toEqual([]);
  expect(deadLetters(world)).toBe(0);
  expect([...world.senders.accepted].filter((event) => !database(world).events.has(event))).toEqual([]);
}

test('an annotation has them rotated: both are good for a day, and then the new ones alone', async () => {
  const world = await settledWorld();
  expect([userInUse(world), users(world)]).toEqual(['nami', ['nami']]);
  const before = secret(world);
  ask(world, 'once');
  await untilUnderLoad(world, isRotated('nami'), 900);
  const user = userInUse(world);
  expect(user).toMatch(/^nami-[0-9a-f]{8}-[0-9a-f]{8}$/);
  expect(users(world)).toEqual(['nami', user]);
  await world.run(600);
  expect(store(world)?.credentialsSince).toBeDefined();
  expect(isReady('orders')(world)).toBe(true);

  await world.run(22 * HOUR);
  expect(users(world)).toEqual(['nami', user]);
  await untilUnderLoad(world, (each) => users(each).length === 1, 3 * HOUR);
  expect(users(world)).toEqual([user]);
  await expectNothingLost(world);
  expect(rotations(world)).toBe(1);

  const told = JSON.stringify([world.kubernetes.list(), world.kubernetes.events, world.log]);
  for (const { password } of [before, secret(world)].map(loginOf)) expect(told).not.toContain(password);
});

test('the same request means nothing again, nor does taking it out or a restart; another does', async () => {
  const world = await settledWorld();
  ask(world, 'once');
  await world.until(isRotated('nami'), 900);
  const user = userInUse(world);
  await world.restart();
  await world.run(600);
  world.kubernetes.apply({ metadata: { name: 'orders', annotations: {} } });
  await world.run(600);
  ask(world, 'once');
  await world.run(600);
  expect(userInUse(world)).toBe(user);
  ask(world, 'twice');
  await world.until(isRotated(user), 900);
  expect(rotations(world)).toBe(2);
});

test('they are rotated when they are as old as the spec lets them be', async () => {
  const world = await settledWorld();
  const credentials = { rotateAfterDays: 2, formerValidHours: 1 };
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { store: { managed: { credentials } } } });
  await world.run(40 * HOUR);
  expect(userInUse(world)).toBe('nami');
  await world.until(isRotated('nami'), 10 * HOUR);
  const user = userInUse(world);
  await world.until((each) => users(each).length === 1, 2 * HOUR);
  await world.run(40 * HOUR);
  expect(userInUse(world)).toBe(user);
  await world.until(isRotated(user), 10 * HOUR);
});

test('where none are to be good for longer than need be, the former go once no batch can have them', async () => {
  const world = await settledWorld();
  const spec = { store: { managed: { credentials: { formerValidHours: 0 } } } };
  world.kubernetes.apply({
    metadata: { name: 'orders', annotations: { 'nami.dev/rotate-credentials': 'leaked' } },
    spec,
  });
  await untilUnderLoad(world, isRotated('nami'), 900);
  const began = world.time.now();
  await untilUnderLoad(world, (each) => users(each).length === 1, HOUR);
  expect(world.time.now() - began).toBeGreaterThan(800_000);
  await expectNothingLost(world);
});

describe.each<[string, (world: World) => void]>([
  ['while nothing else happens', () => {}],
  ['while SSM lags', ({ aws }) => aws.faults.lag(25, 'ssm')],
  [
    'while the answer to the change of the secret is lost',
    ({ aws }) => aws.faults.loseAnswer('PutParameter'),
  ],
  ['while the answer of the function is lost', ({ aws }) => aws.faults.loseAnswer('Invoke')],
  [
    'while the operator dies after the change',
    (world) => world.crashOn(({ command }) => command === 'PutParameter'),
  ],
  [
    'while the operator dies once the user is made',
    (world) => {
      world.aws.onCall = () => {
        if (users(world).length === 1) return;
        world.aws.onCall = () => {};
        world.crash();
      };
    },
  ],
  [
    'while the operator dies when the function is changed',
    (world) => world.crashOn(({ command }) => command === 'UpdateFunctionConfiguration'),
  ],
  ['while there are two operators', (world) => void world.startSecond()],
])('a rotation %s', (_, disturb) => {
  test('ends with one login, which function and SSM have, and with every event stored', async () => {
    const world = await settledWorld();
    disturb(world);
    ask(world, 'once');
    await untilUnderLoad(world, isRotated('nami'), 1800);
    await world.until((each) => users(each).length === 1, 30 * HOUR);
    expect(users(world)).toEqual([userInUse(world)]);
    expect(loginOf(secret(world))).toEqual({
      user: userInUse(world),
      password: database(world).users.get(userInUse(world)),
    });
    world.senders.post('orders');
    await expectNothingLost(world);
  });
});

test('a rotation waits for a store that is away, says so, and comes when it answers', async () => {
  const world = await settledWorld();
  world.aws.stores.down.add(database(world).volumeId);
  await world.run(120);
  ask(world, 'once');
  await world.until((each) => storeReady(each)?.reason === 'RotationWaits', 300);
  expect(storeReady(world)).toMatchObject({ status: 'True', message: expect.stringContaining('answers') });
  expect(users(world)).toEqual(['nami']);
  world.aws.stores.down.clear();
  await world.until(isRotated('nami'), 1800);
  await world.until((each) => storeReady(each)?.reason === 'Ready', 300);
});

test('whoever reads the events has a login that is good at every moment', async () => {
  const world = await simulate({ settings: { NAMI_ALLOWED_CONNECTION_SECRETS: 'true' } });
  const spec = {
    store: { connectionSecret: { name: 'events' }, managed: { credentials: { formerValidHours: 0 } } },
  };
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec });
  await world.until(isReady('orders'), 900);
  const reader = () => {
    const { username = '' } = (world.kubernetes.secret('events')?.data ?? {}) as Record<string, string>;
    return Buffer.from(username, 'base64').toString();
  };
  expect(reader()).toBe('nami-reader');
  ask(world, 'once');
  world.kubernetes.apply({
    metadata: { name: 'orders', annotations: { 'nami.dev/rotate-credentials': 'once' } },
    spec,
  });
  for (let passed = 0; passed < HOUR && users(world).length < 3; passed += 5) {
    await world.run(5);
    expect(users(world).map(readerNameOf)).toContain(reader());
    if (reader() !== 'nami-reader' && users(world).length === 1) break;
  }
  expect(reader()).toBe(readerNameOf(userInUse(world)));
  expect(users(world)).toEqual([userInUse(world)]);
});

test('the database of another volume begins with the present ones', async () => {
  const world = await settledWorld();
  ask(world, 'once');
  await world.until(isRotated('nami'), 900);
  const user = userInUse(world);
  const { volumeId } = database(world);
  world.kubernetes.apply({
    metadata: {
      name: 'orders',
      annotations: { 'nami.dev/rotate-credentials': 'once', 'nami.dev/replace-volume': volumeId },
    },
  });
  await world.until(({ aws }) => aws.stores.databases.size === 2, 1800);
  const [, other] = [...world.aws.stores.databases.values()];
  expect([...(other?.users.keys() ?? [])]).toEqual([user]);
  await world.until(({ kubernetes }) => kubernetes.condition('orders', 'Healthy')?.status === 'True', 900);
});
