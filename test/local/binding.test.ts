import { writeFileSync } from 'node:fs';
import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendBurst } from '../../local/burst.ts';
import { documentId, githubDeliveries } from '../../local/github-deliveries.ts';
import { post, startTraffic, stored, urlOf } from '../install/traffic.ts';
import { eventually, GITHUB } from '../user.ts';
import { System } from './system.ts';

let system: System;

beforeAll(async () => {
  system = await System.start('binding', { NAMI_LOOK_SECONDS: '2', NAMI_ALLOWED_CONNECTION_SECRETS: 'true' });
});
afterAll(async () => await system?.stop());

async function secretOf(namespace: string, name: string): Promise<Record<string, string>> {
  const { data } = JSON.parse(await system.kubectl('-n', namespace, 'get', 'secret', name, '-o', 'json'));
  return Object.fromEntries(
    Object.entries<string>(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

test('whoever has the connection Secret reads the events, and changes nothing', async () => {
  const { namespace, secret } = await system.namespace('binding');
  const store = { connectionSecret: { name: 'events' } };
  await system.apply(namespace, 'orders', { ...GITHUB, store });
  const pipeline = await system.waitReady(namespace, 'orders');
  await stored(system, pipeline, await post(urlOf(pipeline), secret, 3));

  const { uri = '', database, 'ca.crt': authority = '' } = await secretOf(namespace, 'events');
  const tlsCAFile = `${system.stack.folder}/ca.crt`;
  writeFileSync(tlsCAFile, authority);
  const options = { serverSelectionTimeoutMS: 5000 };
  await expect(new MongoClient(uri, options).connect(), 'without it').rejects.toThrow(/certificate/);
  await using client = await new MongoClient(uri, { ...options, tlsCAFile }).connect();
  const events = client.db(database).collection('events');
  expect(await events.countDocuments()).toBe(3);
  await expect(events.deleteMany({})).rejects.toMatchObject({ codeName: 'Unauthorized' });
  await expect(
    client.db('admin').command({ createUser: 'other', pwd: 'x', roles: [] }),
  ).rejects.toMatchObject({
    codeName: 'Unauthorized',
  });
  expect(pipeline.status?.binding).toEqual({ name: 'events' });

  await system.apply(namespace, 'orders', { ...GITHUB, store: { connectionSecret: null } });
  await system.waitReady(namespace, 'orders');
  await expect(secretOf(namespace, 'events')).rejects.toThrow('not found');
});

/** As docs/store.md tells it, with the driver in place of mongodump and mongorestore. */
test('a pipeline moves to a MongoDB of the user’s own: each event is there once, those sent meanwhile too', async () => {
  const { namespace, secret } = await system.namespace('moved');
  const storeUri = await system.startOwnDatabase();
  await system.kubectl(
    ...['-n', namespace, 'create', 'secret', 'generic', 'own', `--from-literal=uri=${storeUri}`],
  );
  const connectionSecret = { name: 'events' };
  await system.apply(namespace, 'moved', { ...GITHUB, store: { connectionSecret } });
  const managed = await system.waitReady(namespace, 'moved');
  const url = urlOf(managed);
  const [first, ...others] = githubDeliveries(secret).slice(0, 6);
  if (!first) throw new Error('there is none');
  const before = [first, ...others.slice(0, 2)];
  const meanwhile = others.slice(2, 4);
  const after = others.slice(4);
  const send = async (deliveries: typeof others) =>
    expect((await sendBurst(url, deliveries, 1)).every(({ status }) => status === 200)).toBe(true);
  await send(before);
  await stored(system, managed, before);

  await system.apply(namespace, 'moved', {
    ...GITHUB,
    store: { connectionSecret },
    postQueue: { paused: true },
  });
  await system.waitFor(namespace, 'moved', 'Healthy', 'False', 'Paused');
  await send(meanwhile);
  const { uri = '', database, 'ca.crt': authority = '' } = await secretOf(namespace, 'events');
  const tlsCAFile = `${system.stack.folder}/moved.crt`;
  writeFileSync(tlsCAFile, authority);
  await using from = await new MongoClient(uri, { tlsCAFile }).connect();
  await using to = await new MongoClient(storeUri).connect();
  const events = to.db(database).collection<Document & { _id: string }>('events');
  await events.insertMany(
    await from.db(database).collection<Document & { _id: string }>('events').find().toArray(),
  );
  expect(await events.countDocuments(), 'what came since waits in the queue').toBe(3);

  const external = { uriSecretRef: { name: 'own', key: 'uri' } };
  await system.apply(namespace, 'moved', { ...GITHUB, store: { external }, postQueue: { paused: true } });
  await system.waitReady(namespace, 'moved', 90);
  await system.apply(namespace, 'moved', { ...GITHUB, store: { external } });
  await system.waitFor(namespace, 'moved', 'Healthy', 'True', undefined, 90);
  // One that was copied is sent anew, and one that never came before.
  await send([first, ...after]);
  const wanted = [...before, ...meanwhile, ...after].map(documentId).sort();
  await eventually(
    'all are there',
    async () => (await events.countDocuments({ _id: { $in: wanted } })) === wanted.length,
    60,
  );
  await eventually(
    'the copied one has both of its deliveries',
    async () => (await events.countDocuments({ _id: documentId(first), deliveryCount: 2 })) === 1,
    60,
  );
  const ids = (await events.find().project({ _id: 1 }).toArray()).map(({ _id }) => _id);
  expect(ids.sort()).toEqual(wanted);
  expect((await system.get(namespace, 'moved')).status?.binding).toBeUndefined();
});

test('a rotation of the credentials loses no event, and leaves both readers time', async () => {
  const { namespace, secret } = await system.namespace('rotation');
  await system.apply(namespace, 'rotated', { ...GITHUB, store: { connectionSecret: { name: 'events' } } });
  const pipeline = await system.waitReady(namespace, 'rotated');
  const before = await secretOf(namespace, 'events');
  const traffic = startTraffic(urlOf(pipeline), secret);
  await system.kubectl('-n', namespace, 'annotate', 'whp/rotated', 'nami.dev/rotate-credentials=once');
  await eventually(
    'the Secret names another reader',
    async () => (await secretOf(namespace, 'events')).username !== before.username,
    150,
  );
  const sent = await traffic.stop();
  await stored(system, await system.waitReady(namespace, 'rotated'), sent);

  const after = await secretOf(namespace, 'events');
  expect(before.username).toBe('nami-reader');
  expect(after.username).toMatch(/^nami-reader-[0-9a-f]{8}-[0-9a-f]{16}$/);
  const tlsCAFile = `${system.stack.folder}/ca-rotated.crt`;
  writeFileSync(tlsCAFile, after['ca.crt'] ?? '');
  for (const { uri = '', database } of [before, after]) {
    await using client = await new MongoClient(uri, { tlsCAFile, serverSelectionTimeoutMS: 5000 }).connect();
    expect(await client.db(database).collection('events').countDocuments()).toBe(sent.length);
  }
  expect(sent.length).toBeGreaterThan(20);
}, 300_000);
