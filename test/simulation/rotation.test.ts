import { describe, expect, test } from 'vitest';
import { POST_QUEUE_ENV, readerNameOf } from '../../handlers/contract.ts';
import type { WebhookPipelineStatus } from '../../src/api/v1alpha1.ts';
import { loginOf } from '../../src/store-login.ts';
import { first, isReady, settledWorld } from './pipelines.ts';
import { crashAt } from './sweep/crash.ts';
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

const ask = ({ kubernetes }: World, value: string, spec: object = {}) =>
  kubernetes.apply({
    metadata: { name: 'orders', annotations: { 'nami.dev/rotate-credentials': value } },
    spec,
  });

/** Those before a rotation are to be good for no longer than need be. */
const BRIEFLY = { store: { managed: { credentials: { formerValidHours: 0 } } } };

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
  expect(user).toMatch(/^nami-[0-9a-f]{8}-[0-9a-f]{16}$/);
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
  const credentials = { rotateAfterDays: 1, formerValidHours: 1 };
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: { store: { managed: { credentials } } } });
  await world.run(20 * HOUR);
  expect(userInUse(world)).toBe('nami');
  await world.until(isRotated('nami'), 5 * HOUR);
  const user = userInUse(world);
  await world.until((each) => users(each).length === 1, 2 * HOUR);
  await world.run(20 * HOUR);
  expect(userInUse(world)).toBe(user);
  await world.until(isRotated(user), 5 * HOUR);
});

test('where none are to be good for longer than need be, the former go once no batch can have them', async () => {
  const world = await settledWorld();
  ask(world, 'leaked', BRIEFLY);
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
    ask(world, 'once', BRIEFLY);
    await untilUnderLoad(world, isRotated('nami'), 1800);
    await world.until((each) => users(each).length === 1, 2 * HOUR);
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
  ask(world, 'once', spec);
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

/** How a rotation ends, whatever came in between. */
async function expectOneLogin(world: World): Promise<void> {
  expect(users(world)).toEqual([userInUse(world)]);
  expect(loginOf(secret(world))).toEqual({
    user: userInUse(world),
    password: database(world).users.get(userInUse(world)),
  });
  await expectNothingLost(world);
}

test('the operator may die before and after each of its calls', async () => {
  /** Whether all that it does for a rotation is done, with its death at one call; false where there are not so many. */
  const dies = async (when: 'before' | 'after', index: number): Promise<boolean> => {
    const world = await settledWorld();
    let isDead = false;
    const isChange = ({ to, name, isRead }: { to: string; name: string; isRead: boolean }) =>
      to === 'AWS' && (!isRead || name.endsWith('Invoke') || name.endsWith('GetParameter'));
    crashAt(world, when, index, isChange);
    const { crash } = world;
    world.crash = () => {
      isDead = true;
      crash.call(world);
    };
    ask(world, 'once', BRIEFLY);
    await untilUnderLoad(world, (each) => isRotated('nami')(each) && users(each).length === 1, 3 * HOUR);
    await expectOneLogin(world);
    return isDead && world.time.now() > 0;
  };
  for (const when of ['before', 'after'] as const) {
    let deaths = 0;
    while (deaths < 30 && (await dies(when, deaths))) deaths += 1;
    expect(deaths).toBeGreaterThan(10);
  }
}, 300_000);

test('former credentials are good until the function has had the new ones for long enough, however late it gets them', async () => {
  const world = await settledWorld();
  world.aws.faults.refuse('UpdateFunctionConfiguration', 'ServiceException', 'not now');
  ask(world, 'once', BRIEFLY);
  await untilUnderLoad(world, (each) => loginOf(secret(each)).user !== 'nami', 900);
  await untilUnderLoad(world, () => false, 2 * HOUR).catch(() => {});
  expect(userInUse(world)).toBe('nami');
  expect(users(world)).toHaveLength(2);
  world.aws.faults.accept();
  await untilUnderLoad(world, isRotated('nami'), 2 * HOUR);
  const began = world.time.now();
  await world.restart();
  await untilUnderLoad(world, (each) => users(each).length === 1, HOUR);
  expect(world.time.now() - began).toBeGreaterThan(800_000);
  expect(Date.parse(store(world)?.credentialsSince ?? '')).toBeGreaterThan(began - 200_000);
  await expectOneLogin(world);
});

test('a secret that can not be changed is told, and leaves no more than one user behind however often it is tried', async () => {
  const world = await settledWorld();
  world.aws.faults.refuse(
    'PutParameter',
    'AccessDeniedException',
    'not authorized to perform ssm:PutParameter',
  );
  ask(world, 'once', BRIEFLY);
  await world.until((each) => storeReady(each)?.reason === 'RotationWaits', 300);
  await world.run(5 * HOUR);
  expect(storeReady(world)).toMatchObject({
    status: 'True',
    message: expect.stringContaining('ssm:PutParameter'),
  });
  expect(users(world)).toHaveLength(2);
  const tried = world.aws.calls.filter(({ command }) => command === 'PutParameter').length;
  expect(tried).toBeLessThan(20);
  world.aws.faults.accept();
  await untilUnderLoad(world, (each) => isRotated('nami')(each) && users(each).length === 1, 3 * HOUR);
  await expectOneLogin(world);
});

test('a function that fails when it is asked keeps nothing else from being told', async () => {
  const world = await settledWorld();
  const { code } = world.aws.lambda;
  world.aws.lambda.code = (invoked, event) => {
    if ('addLogin' in (event as object)) throw new Error('Runtime.ExitError');
    return code(invoked, event);
  };
  ask(world, 'once');
  await world.until((each) => storeReady(each)?.reason === 'RotationWaits', 300);
  expect(isReady('orders')(world)).toBe(true);
  expect(users(world)).toEqual(['nami']);
});

test('a login that is about to take over is not dropped as a former one by who reads SSM too late', async () => {
  const world = await settledWorld();
  ask(world, 'once', BRIEFLY);
  await untilUnderLoad(world, isRotated('nami'), 900);
  await world.run(1200);
  const user = userInUse(world);
  expect(users(world)).toEqual([user]);
  world.aws.faults.lag(28, 'ssm');
  world.crashOn(({ command }) => {
    if (command !== 'PutParameter') return false;
    // What is read at first is what was there before, which was made for this.
    ask(world, 'once', BRIEFLY);
    return true;
  });
  ask(world, 'twice', BRIEFLY);
  await untilUnderLoad(world, (each) => loginOf(secret(each)).user !== user, 900);
  const next = loginOf(secret(world)).user;
  await world.run(25);
  expect(users(world)).toEqual([user, next]);
  // Then it is seen, and is not made for what is asked for now.
  const isLast = (each: World) => ![user, next].includes(userInUse(each)) && users(each).length === 1;
  await untilUnderLoad(world, isLast, 3 * HOUR);
  await expectOneLogin(world);
});

test('credentials that were rotated come back into SSM from the function when somebody deletes them there', async () => {
  const world = await settledWorld();
  ask(world, 'once', BRIEFLY);
  await world.until((each) => isRotated('nami')(each) && users(each).length === 1, HOUR);
  const before = secret(world);
  const { name } = first(world.aws.ssm.parameters.filter(({ name }) => name.endsWith('store-password')));
  world.aws.ssm.parameters.delete(name);
  await world.until(({ aws }) => aws.ssm.parameters.get(name) !== undefined, 1800);
  expect(secret(world)).toBe(before);
  await world.run(600);
  expect(rotations(world)).toBe(1);
  await expectOneLogin(world);
});

test('a second rotation within the grace of the first has its own, and what both left goes together', async () => {
  const world = await settledWorld();
  const spec = { store: { managed: { credentials: { formerValidHours: 1 } } } };
  ask(world, 'once', spec);
  await untilUnderLoad(world, isRotated('nami'), 900);
  const between = userInUse(world);
  await untilUnderLoad(world, () => false, 2400).catch(() => {});
  ask(world, 'twice', spec);
  await untilUnderLoad(world, isRotated(between), 900);
  const user = userInUse(world);
  const began = world.time.now();
  expect(users(world)).toEqual(['nami', between, user]);
  await untilUnderLoad(world, (each) => users(each).length < 3, 2 * HOUR);
  expect(users(world)).toEqual([user]);
  expect(world.time.now() - began).toBeGreaterThan(HOUR * 1000 - 120_000);
  expect(rotations(world)).toBe(2);
  await expectOneLogin(world);
});

test.each<[string, number, number]>([
  ['before it is asked for', -60, 600],
  ['as it is asked for', 0, 600],
  ['as it begins', 2, 5],
  ['in the midst of it', 5, 30],
  ['until its grace is over', 20, 2 * HOUR],
])(
  'a queue that its user pauses %s, and reads again, has every event stored as the new user',
  async (_, pausedAt, seconds) => {
    const world = await settledWorld();
    const spec = (paused: boolean) => ({ ...BRIEFLY, postQueue: { paused } });
    const wait = async (length: number) => {
      for (let passed = 0; passed < length; passed += 1) {
        if (passed % 10 === 0) world.senders.post('orders');
        await world.run(1);
      }
    };
    if (pausedAt < 0) {
      world.kubernetes.apply({ metadata: { name: 'orders' }, spec: spec(true) });
      await wait(-pausedAt);
    }
    ask(world, 'once', spec(pausedAt < 0));
    await wait(pausedAt);
    ask(world, 'once', spec(true));
    await wait(seconds);
    ask(world, 'once', spec(false));
    await untilUnderLoad(world, (each) => isRotated('nami')(each) && users(each).length === 1, 3 * HOUR);
    await world.until(({ kubernetes }) => kubernetes.condition('orders', 'Healthy')?.status === 'True', 600);
    await expectOneLogin(world);
    expect(rotations(world)).toBe(1);
  },
);

test('the annotation on a pipeline with another store says that it is not for it', async () => {
  const world = await simulate();
  world.aws.stores.external.set('db.example', { isUp: true, events: new Set() });
  world.kubernetes.setSecret('store', { uri: 'mongodb://u:p@db.example/' });
  ask(world, 'once', { store: { external: { uriSecretRef: { name: 'store', key: 'uri' } } } });
  await world.until(isReady('orders'), 300);
  expect(storeReady(world)).toMatchObject({
    status: 'True',
    reason: 'RotationNotOurs',
    message: expect.stringContaining('spec.store.external.uriSecretRef'),
  });
});
