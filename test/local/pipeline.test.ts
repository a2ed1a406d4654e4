import { randomBytes } from 'node:crypto';
import { DescribeInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { GetEventSourceMappingCommand, GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { accountContents } from '../../local/account-contents.ts';
import { sendBurst } from '../../local/burst.ts';
import { type EmulatorClients, emulatorClients } from '../../local/emulator-clients.ts';
import { documentId, githubDeliveries } from '../../local/github-deliveries.ts';
import type { WebhookPipeline } from '../../src/api/v1alpha1.ts';
import { makeAuthority } from '../../src/store-authority.ts';
import { conditionOf, eventually, GITHUB, objectId } from '../user.ts';
import { System } from './system.ts';

let system: System;
let aws: EmulatorClients;

beforeAll(async () => {
  system = await System.start('pipeline', { NAMI_LOOK_SECONDS: '2', NAMI_DRAIN_SECONDS: '5' });
  aws = emulatorClients(system.stack.emulators, 'us-east-1');
});
afterAll(async () => await system?.stop());
afterEach(() => system.stack.proxy.clear());

describe('a pipeline that is built', () => {
  let ns: string;
  let secret: string;
  let pipeline: WebhookPipeline;

  beforeAll(async () => {
    ({ namespace: ns, secret } = await system.namespace('built'));
    await system.apply(ns, 'orders');
    pipeline = await system.waitReady(ns, 'orders');
  });

  test('says in its status what a user needs', () => {
    expect(pipeline.status).toMatchObject({
      observedGeneration: 1,
      endpoint: {
        path: 'orders',
        region: 'us-east-1',
        url: expect.stringMatching(/^http.*\/nami\/orders$/),
      },
      store: { host: expect.stringMatching(/^i-/), volumeId: expect.stringMatching(/^vol-/) },
      queue: { depth: 0, deadLetters: 0 },
    });
    const conditions = pipeline.status?.conditions?.map(({ type, status }) => `${type}=${status}`);
    expect(conditions).toEqual([
      'Ready=True',
      'GatewayReady=True',
      'QueueReady=True',
      'FunctionsReady=True',
      'StoreReady=True',
      'Reconciling=False',
      'Stalled=False',
      'Healthy=True',
    ]);
    expect(pipeline.status?.objects?.every(({ state }) => state === 'Ready')).toBe(true);
  });

  test('stores every accepted delivery once, and refuses forged ones', async () => {
    const deliveries = githubDeliveries(secret).slice(0, 20);
    const forged = githubDeliveries('another secret').slice(0, 3);
    const url = pipeline.status?.endpoint?.url ?? '';

    const accepted = await sendBurst(url, [...deliveries, ...deliveries.slice(0, 5)], 8);
    const refused = await sendBurst(url, forged, 3);

    expect(accepted.map(({ status }) => status)).toEqual(Array(25).fill(200));
    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401]);
    const expected = deliveries.map(documentId).sort();
    await eventually(
      'all are stored',
      async () => (await system.storedIds(pipeline)).length === expected.length,
    );
    expect((await system.storedIds(pipeline)).sort()).toEqual(expected);
  });

  test('answers 405 to GET and 404 for a path that no pipeline has', async () => {
    const url = pipeline.status?.endpoint?.url ?? '';

    const get = await fetch(url);
    const elsewhere = await fetch(url.replace(/orders$/, 'nothing'), { method: 'POST', body: '{}' });

    expect(get.status).toBe(405);
    expect([403, 404]).toContain(elsewhere.status);
  });

  test('is left alone while nothing changes: a whole look makes no changing call', async () => {
    system.stack.proxy.clear();

    await system.kubectl('-n', ns, 'annotate', 'whp/orders', 'nami.dev/reconcile-requested-at=now');
    await eventually('AWS was looked at', async () =>
      system.stack.proxy.calls.some(({ action }) => action === 'DescribeAlarms'),
    );
    const isSettled = () => (system.stack.proxy.calls.at(-1)?.time ?? 0) < Date.now() - 1000;
    await eventually('it has settled', async () => isSettled());

    expect(system.changes()).toEqual([]);
  });

  test('carries a change of memory to the function, behind the same alias, within 5 s', async () => {
    const name = objectId(pipeline, 'Function', 'pre-queue');
    const began = Date.now();

    await system.apply(ns, 'orders', { ...GITHUB, preQueue: { memoryMiB: 512 } });
    await eventually('the alias shows it', async () => {
      const live = await aws.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: 'live' }),
      );
      return live.MemorySize === 512;
    });

    expect((Date.now() - began) / 1000).toBeLessThan(5);
  });

  test('gets its function back as it should be when someone changes it by hand', async () => {
    const name = objectId(pipeline, 'Function', 'post-queue');
    const { UpdateFunctionConfigurationCommand } = await import('@aws-sdk/client-lambda');
    await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Timeout: 3 }));

    await system.kubectl(
      '-n',
      ns,
      'annotate',
      '--overwrite',
      'whp/orders',
      'nami.dev/reconcile-requested-at=drift',
    );

    await eventually('the timeout is right again', async () => {
      const now = await aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
      return now.Timeout === 30;
    });
  });

  test('pauses its queue while the store is down, and loses nothing', async () => {
    const host = pipeline.status?.store?.host ?? '';
    const mapping = objectId(pipeline, 'EventSourceMapping', 'mapping');
    const before = (await system.storedIds(pipeline)).length;
    const deliveries = githubDeliveries(secret).slice(40, 60);

    await system.stack.hosts.kill(host);
    await system.waitFor(ns, 'orders', 'Healthy', 'False', 'StoreUnreachable');
    await eventually('the queue is not read', async () => {
      const { State } = await aws.lambda.send(new GetEventSourceMappingCommand({ UUID: mapping }));
      return State === 'Disabled';
    });
    const answers = await sendBurst(pipeline.status?.endpoint?.url ?? '', deliveries, 8);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const meanwhile = await system.get(ns, 'orders');
    expect(conditionOf(meanwhile, 'Ready')?.status).toBe('True');

    system.stack.hosts.revive(host);
    await system.waitFor(ns, 'orders', 'Healthy', 'True');
    await eventually(
      'all are stored',
      async () => (await system.storedIds(pipeline)).length === before + deliveries.length,
    );
  });

  test('tells nothing to another server that answers at the address of its host, and says so', async () => {
    const { host = '', address = '' } = pipeline.status?.store ?? {};
    const before = (await system.storedIds(pipeline)).length;
    await system.stack.hosts.kill(host);
    const impostor = await system.startDatabase({
      instanceId: 'impostor',
      address,
      volume: `${system.stack.folder}/volumes/impostor`,
      user: 'nami',
      password: 'any',
      authority: await makeAuthority('Nami store', randomBytes(15), Date.now()),
    });
    const told = await system.waitFor(ns, 'orders', 'Healthy', 'False', 'TlsFailed');
    expect(conditionOf(told, 'Healthy')?.message).toContain(`nami.dev/replace-host=${host}`);
    const deliveries = githubDeliveries(secret).slice(60, 70);
    const answers = await sendBurst(pipeline.status?.endpoint?.url ?? '', deliveries, 4);
    expect(answers.every(({ status }) => status === 200)).toBe(true);

    await impostor.stop();
    system.stack.hosts.revive(host);
    await system.waitFor(ns, 'orders', 'Healthy', 'True');
    await eventually(
      'all are stored',
      async () => (await system.storedIds(pipeline)).length === before + deliveries.length,
    );
  });

  test('replaces a host that was terminated, on the same volume with its events', async () => {
    const before = await system.storedIds(pipeline);
    const { host = '', volumeId } = pipeline.status?.store ?? {};

    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [host] }));
    await system.kubectl(
      '-n',
      ns,
      'annotate',
      '--overwrite',
      'whp/orders',
      'nami.dev/reconcile-requested-at=host',
    );
    const replaced = await eventually('another host is ready', async () => {
      const now = await system.get(ns, 'orders');
      const isOther = now.status?.store?.host !== undefined && now.status.store.host !== host;
      return isOther && conditionOf(now, 'Ready')?.status === 'True' && now;
    });

    expect(replaced.status?.store?.volumeId).toBe(volumeId);
    expect((await system.storedIds(replaced)).sort()).toEqual(before.sort());
    pipeline = replaced;
  });

  test('leaves only its volume and credentials when it is deleted, and takes them back when it is applied again', async () => {
    const before = await system.storedIds(pipeline);

    await system.kubectl('-n', ns, 'delete', 'whp/orders', '--timeout=60s');

    const { pipelines, shared } = await accountContents(system.stack);
    expect(pipelines.map((object) => object.split(' ')[0]).sort()).toEqual(['Parameter', 'Volume']);
    expect(shared.length).toBeGreaterThan(0);
    const events = await system.kubectl('-n', ns, 'get', 'events', '-o', 'jsonpath={.items[*].message}');
    expect(events).toContain(`Volume ${pipeline.status?.store?.volumeId}`);

    await system.apply(ns, 'orders');
    const again = await system.waitReady(ns, 'orders');
    expect(again.status?.store?.volumeId).toBe(pipeline.status?.store?.volumeId);
    expect((await system.storedIds(again)).sort()).toEqual(before.sort());
    await system.kubectl('-n', ns, 'delete', 'whp/orders', '--timeout=60s');
  });
});

describe('deletion', () => {
  test('stops while the queue holds events that can not be stored, until the user gives them up', async () => {
    const { namespace, secret } = await system.namespace('draining');
    await system.apply(namespace, 'held');
    const pipeline = await system.waitReady(namespace, 'held');
    await system.stack.hosts.kill(pipeline.status?.store?.host ?? '');
    await system.waitFor(namespace, 'held', 'Healthy', 'False', 'StoreUnreachable');
    await sendBurst(pipeline.status?.endpoint?.url ?? '', githubDeliveries(secret).slice(0, 4), 2);

    await system.kubectl('-n', namespace, 'delete', 'whp/held', '--wait=false');
    const held = await system.waitFor(namespace, 'held', 'Stalled', 'True', 'QueueNotEmpty');

    expect(conditionOf(held, 'Ready')?.message).toMatch(
      /^4 events are still in the queue.*discard-events=true/,
    );
    const queues = (await accountContents(system.stack)).pipelines.filter((object) =>
      object.startsWith('Queue'),
    );
    expect(queues).toHaveLength(2);
    const after = await fetch(pipeline.status?.endpoint?.url ?? '', { method: 'POST', body: '{}' });
    expect(after.status, 'the endpoint is gone first').not.toBe(200);

    await system.kubectl('-n', namespace, 'annotate', 'whp/held', 'nami.dev/discard-events=true');
    await eventually('it is gone', async () => {
      const left = await system.kubectl('-n', namespace, 'get', 'whp', '-o', 'name');
      return left === '';
    });
  });

  test('with deletionPolicy Retain leaves everything at work, tagged', async () => {
    const { namespace, secret } = await system.namespace('retained');
    await system.apply(namespace, 'kept', { ...GITHUB, deletionPolicy: 'Retain' });
    const pipeline = await system.waitReady(namespace, 'kept');

    await system.kubectl('-n', namespace, 'delete', 'whp/kept', '--timeout=30s');

    const [answer] = await sendBurst(
      pipeline.status?.endpoint?.url ?? '',
      githubDeliveries(secret).slice(0, 1),
      1,
    );
    expect(answer?.status).toBe(200);
    const { Reservations } = await aws.ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [pipeline.status?.store?.host ?? ''] }),
    );
    expect(Reservations?.[0]?.Instances?.[0]?.Tags).toContainEqual({
      Key: 'nami.dev/retained',
      Value: 'true',
    });

    await system.apply(namespace, 'kept');
    await system.waitReady(namespace, 'kept');
    await system.kubectl('-n', namespace, 'delete', 'whp/kept', '--timeout=60s');
  });
});

describe('two pipelines with one path', () => {
  test('the older keeps it, the younger says so and gets it when it is free', async () => {
    const older = await system.namespace('older');
    const younger = await system.namespace('younger');
    await system.apply(older.namespace, 'same');
    const first = await system.waitReady(older.namespace, 'same');
    await new Promise((resolve) => setTimeout(resolve, 1000));

    await system.apply(younger.namespace, 'same');
    const refused = await system.waitFor(younger.namespace, 'same', 'GatewayReady', 'False', 'PathConflict');

    expect(conditionOf(refused, 'Stalled')?.status).toBe('True');
    expect(conditionOf(refused, 'Ready')?.message).toContain('older/same');
    const [answer] = await sendBurst(
      first.status?.endpoint?.url ?? '',
      githubDeliveries(older.secret).slice(0, 1),
      1,
    );
    expect(answer?.status).toBe(200);

    await system.kubectl('-n', older.namespace, 'delete', 'whp/same', '--timeout=60s');
    await system.waitReady(younger.namespace, 'same');
    await system.kubectl('-n', younger.namespace, 'delete', 'whp/same', '--timeout=60s');
  });
});

describe('spec.suspend', () => {
  test('stops all work until it is false again', async () => {
    const { namespace } = await system.namespace('suspended');

    await system.apply(namespace, 'asleep', { ...GITHUB, suspend: true });
    const asleep = await system.waitFor(namespace, 'asleep', 'Suspended', 'True');
    expect(conditionOf(asleep, 'Stalled')?.status).toBe('False');
    expect(asleep.metadata.finalizers ?? []).toEqual([]);
    expect(system.changes()).toEqual([]);

    await system.kubectl('-n', namespace, 'delete', 'whp/asleep', '--timeout=10s');
  });
});
