import { describe, expect, test } from 'vitest';
import { first, isGone, isReady } from './pipelines.ts';
import { simulate, type World } from './world.ts';

/** Nothing that people or other systems read has a secret in it: log, status, Events, metrics, whatever goes wrong. */

const SIGNING = 'signing-0d5c6b8e4f';
const PASSWORD = 'password-7a91c2d3e4';
const SETTING = 'setting-5f6e7d8c9b';
const URI = `mongodb://shop:${PASSWORD}@db.example/`;

const SPEC = {
  source: { type: 'GitHub', secretRefs: [{ name: 'signing', key: 'secret' }] },
  postQueue: { environmentFrom: [{ name: 'API_KEY', secretKeyRef: { name: 'signing', key: 'setting' } }] },
  store: { external: { uriSecretRef: { name: 'store', key: 'uri' } } },
};

/** A world in which everything that the operator says is kept. */
async function overheard() {
  const world = await simulate({ isStarted: false });
  const said: string[] = [];
  const { transport } = world.kubernetes;
  const { request } = transport;
  transport.request = async (sent) => {
    said.push(sent.path, sent.body ?? '');
    return await request(sent);
  };
  world.start();
  world.aws.stores.external.set('db.example', { isUp: true, events: new Set() });
  world.kubernetes.setSecret('signing', { secret: SIGNING, setting: SETTING });
  world.kubernetes.setSecret('store', { uri: URI });
  return { world, said };
}

/** Secrets that stand in what was said, in whatever form, with the line that has them. */
async function betrayed({ world, said }: Awaited<ReturnType<typeof overheard>>, ...more: string[]) {
  const secrets = [SIGNING, PASSWORD, SETTING, ...more].flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    encodeURIComponent(secret),
  ]);
  const log = world.log.map(({ message, details }) => `${message} ${inspected(details)}`);
  const lines = [...said, ...log, await world.metrics.text()];
  expect(lines.length).toBeGreaterThan(20);
  return lines.filter((line) => secrets.some((secret) => line.includes(secret)));
}

/** With what JSON leaves out of an error. */
const inspected = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    each instanceof Error ? { ...each, message: each.message, stack: each.stack, cause: each.cause } : each,
  );

async function built() {
  const scene = await overheard();
  scene.world.kubernetes.apply({ metadata: { name: 'orders' }, spec: SPEC });
  await scene.world.until(isReady('orders'), 600);
  return scene;
}

describe('no secret is told', () => {
  test('in a whole life with an external store', async () => {
    const scene = await built();
    const { world } = scene;
    expect(inspected(world.aws.lambda.functions.values())).toContain(PASSWORD);
    world.senders.post('orders');
    await world.run(600);
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 600);
    expect(await betrayed(scene)).toEqual([]);
  });

  test('in a whole life with a managed store, whose password the operator makes', async () => {
    const scene = await overheard();
    const { world } = scene;
    world.kubernetes.apply({ metadata: { name: 'orders' } });
    await world.until(isReady('orders'), 600);
    const { value } = first(world.aws.ssm.parameters.filter(({ name }) => name.endsWith('/store-password')));
    expect(value.length).toBeGreaterThan(16);
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), 600);
    expect(await betrayed(scene, value)).toEqual([]);
  });

  /** What goes wrong, and that it did: a condition that says so. */
  const TROUBLES: readonly (readonly [string, (world: World) => void])[] = [
    [
      'when AWS quotes what it refuses',
      ({ aws, kubernetes }) => {
        aws.beforeCall = ({ command, input }) => {
          if (command !== 'UpdateFunctionConfiguration') return;
          const quoted = `Value '${JSON.stringify(input.Environment)}' failed to satisfy constraint`;
          aws.faults.refuse(command, 'ValidationException', quoted, 1);
        };
        const spec = { preQueue: { memoryMiB: 512 }, postQueue: { memoryMiB: 512 } };
        kubernetes.apply({ metadata: { name: 'orders' }, spec });
      },
    ],
    [
      'when AWS asks for fewer calls',
      ({ aws, kubernetes }) => {
        aws.faults.throttle('UpdateFunctionConfiguration');
        kubernetes.apply({ metadata: { name: 'orders' }, spec: { postQueue: { memoryMiB: 512 } } });
      },
    ],
    [
      'when a right is missing',
      ({ aws, kubernetes }) => {
        aws.faults.refuse('UpdateFunctionConfiguration', 'AccessDeniedException', 'not authorized');
        kubernetes.apply({ metadata: { name: 'orders' }, spec: { postQueue: { memoryMiB: 512 } } });
      },
    ],
    [
      'when the store can’t be reached',
      ({ aws }) => {
        const store = aws.stores.external.get('db.example');
        if (store) store.isUp = false;
      },
    ],
    [
      'when the connection string becomes a wrong one',
      ({ kubernetes }) =>
        kubernetes.setSecret('store', { uri: `mongodb://shop:${PASSWORD}/x@db.example/?a=${PASSWORD}` }),
    ],
    [
      'when the connection string becomes none at all',
      ({ kubernetes }) => kubernetes.setSecret('store', { uri: PASSWORD }),
    ],
    [
      'when a signing secret ends in a newline',
      ({ kubernetes }) => kubernetes.setSecret('signing', { secret: `${SIGNING}\n`, setting: SETTING }),
    ],
  ];

  test.each(TROUBLES)('%s', async (_, trouble) => {
    const scene = await built();
    const { world } = scene;
    trouble(world);
    const isUnwell = ({ kubernetes }: World) =>
      !isReady('orders')(world) || kubernetes.condition('orders', 'Healthy')?.status === 'False';
    await world.until(isUnwell, 600);
    await world.run(300);
    expect(isUnwell(world)).toBe(true);
    expect(await betrayed(scene)).toEqual([]);
  });
});

test('credentials that are rotated are not told, before or after, nor where AWS or the function quotes them', async () => {
  const scene = await overheard();
  const { world } = scene;
  const secret = () =>
    first(world.aws.ssm.parameters.filter(({ name }) => name.endsWith('/store-password'))).value;
  const passwords = new Set<string>();
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.until(isReady('orders'), 600);
  const before = secret();
  passwords.add(before);
  const quoted: string[] = [];
  world.aws.beforeCall = ({ command, input }) => {
    const text =
      command === 'PutParameter'
        ? String(input.Value)
        : command === 'Invoke'
          ? Buffer.from((input.Payload ?? []) as Uint8Array).toString()
          : '';
    const [, password] = /^nami-[^:]*:(.+)$/.exec(text) ?? /"password":"([^"]+)"/.exec(text) ?? [];
    if (password === undefined || quoted.filter((each) => each === command).length > 1) return;
    quoted.push(command);
    passwords.add(password);
    world.aws.faults.refuse(command, 'ValidationException', `Value '${text}' (${password}) is wrong`, 1);
  };
  world.kubernetes.annotate('orders', { 'nami.dev/rotate-credentials': 'once' });
  await world.until(() => secret() !== before, 3600);
  await world.run(600);
  expect(new Set(quoted)).toEqual(new Set(['Invoke', 'PutParameter']));
  expect(secret()).toContain([...passwords].at(-1));
  expect(await betrayed(scene, ...passwords)).toEqual([]);
  expect(inspected(world.kubernetes.list())).not.toMatch(/nami-[0-9a-f]{8}-/);
});

test('what is made first, and refused with the password in the answer, does not tell it', async () => {
  const scene = await overheard();
  const { world } = scene;
  let password = '';
  world.aws.beforeCall = ({ command, input }) => {
    if (command !== 'PutParameter') return;
    password = String(input.Value);
    world.aws.faults.refuse('PutParameter', 'ValidationException', `Value '${password}' is too long`, 1);
  };
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  await world.run(60);
  expect(password).not.toBe('');
  expect(inspected(world.log)).toContain('(removed)');
  expect(await betrayed(scene, password)).toEqual([]);
});
